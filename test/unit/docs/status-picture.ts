/**
 * docs/status.svg: the status screen as a picture, from docs/status.json, which a real run printed. A test compares the
 * two. Run this file to draw it again: npx tsx test/unit/docs/status-picture.ts
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

const PICTURE = "docs/status.svg";
/** `npm run lab -- exec -- ghrunners status --json` wrote it. */
const REPORT = "docs/status.json";

const LINE_HEIGHT = 20;
const CHARACTER_WIDTH = 8.4;
const MARGIN = 18;

/** Colours of the terminal's escape sequences, on a dark background. */
const COLOURS: Readonly<Record<string, string>> = { "31": "#ff7b72", "32": "#56d364", "33": "#e3b341" };

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A line with terminal colours as the children of an SVG text element. */
function spans(line: string): string {
  let style = "";
  return line
    .split(/(\u001b\[\d+m)/)
    .map((part) => {
      const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
      if (code === undefined) return style === "" ? escaped(part) : `<tspan ${style}>${escaped(part)}</tspan>`;
      style = code === "1" ? 'font-weight="700"' : COLOURS[code] === undefined ? "" : `fill="${COLOURS[code]}"`;
      return "";
    })
    .join("");
}

/** A terminal's text as an SVG picture. Pure. */
export function terminalPicture(text: string): string {
  const lines = text.split("\n");
  const plain = lines.map((line) => line.replace(/\u001b\[\d+m/g, ""));
  const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * CHARACTER_WIDTH) + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map(
    (line, index) => `<text x="${MARGIN}" y="${MARGIN + (index + 0.75) * LINE_HEIGHT}">${spans(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="ghrunners status">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${rows.join("\n")}
</svg>
`;
}

/** The picture that belongs to the report. Colours are asked for in a process of their own: the library looks once. */
export function statusPicture(): string {
  const program = `
    const { readFileSync } = require("node:fs");
    const { renderStatus } = require("@ghrunners/cli/status/render");
    process.stdout.write(renderStatus(JSON.parse(readFileSync(${JSON.stringify(REPORT)}, "utf8"))));`;
  const text = execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: undefined },
  });
  return terminalPicture(`$ ghrunners status${text.trimEnd()}`.replace("\n", "\n\n"));
}

export const readPicture = (): string => readFileSync(path.join(projectRoot, PICTURE), "utf8");

if (require.main === module) writeFileSync(path.join(projectRoot, PICTURE), statusPicture());
