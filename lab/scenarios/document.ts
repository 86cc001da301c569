/** Puts the table of the scenarios into their document: npx tsx lab/scenarios/document.ts */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { scenarios } from "./all";
import type { Scenario } from "./scenario";
import { projectRoot } from "@ghrunners/core/project-root";

export const DOCUMENT = "docs/reference/scenarios.md";
const BEGIN = "<!-- scenarios: written by lab/scenarios/document.ts -->";
const END = "<!-- end of scenarios -->";

/** The document with the table of these scenarios. Pure. @throws Error when it has no place for it */
export function withTable(text: string, all: readonly Scenario[]): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} lacks "${BEGIN}" and "${END}".`);
  const rows = all.map(
    ({ id, origin, title, proves, rehearsed }) =>
      `| \`${id}\` | ${origin} | ${title} | ${proves} | ${rehearsed ? "yes" : ""} |`,
  );
  const head = [
    "| scenario | origin | what is done | what it proves | in `npm run test:long` |",
    "|---|---|---|---|---|",
  ];
  return `${before}${BEGIN}\n\n${[...head, ...rows].join("\n")}\n\n${END}${after}`;
}

if (require.main === module) {
  const file = path.join(projectRoot, DOCUMENT);
  writeFileSync(file, withTable(readFileSync(file, "utf8"), scenarios));
}
