import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { commands, othersHelp } from "./support/commands";
import { expectNoOtherFiles, expectSnapshot } from "./support/snapshot";

const projectRoot = path.resolve(__dirname, "../../..");
const run = promisify(execFile);

/** The environment of a user who set nothing, whose folders are the same on every machine. */
const env = { PATH: process.env.PATH, HOME: "/var/lib/operator", NO_COLOR: "1" };

describe("snapshot of what commands say to --help", function () {
  this.timeout(60_000);
  let helps: Readonly<Record<string, string>>;

  before(async () => {
    const file = path.join(__dirname, "support/print-helps.ts");
    const { stdout } = await run(process.execPath, ["--require", "tsx/cjs", file], { cwd: projectRoot, env });
    helps = JSON.parse(stdout) as Record<string, string>;
  });

  it("of every npm script that runs a program of the project", () => {
    const text = readFileSync(path.join(projectRoot, "package.json"), "utf8");
    const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
    // What has words of its own after the program is a short form of another script.
    const isShortForm = (line: string): boolean => /\.ts \S/.test(line);
    const names = Object.keys(scripts).filter((name) => !isShortForm(scripts[name] ?? ""));
    const known = commands.flatMap(({ name }) => /^npm run (\S+) --$/.exec(name)?.[1] ?? []);
    assert.deepEqual(names.sort(), [...known, ...othersHelp].sort());
  });

  for (const { name } of commands) {
    it(`${name} and its sub-commands`, () => {
      const texts = Object.entries(helps).filter(([line]) => line === name || line.startsWith(`${name} `));
      assert.ok(texts.length > 0, `${name} has said nothing. Seen: ${Object.keys(helps).join(", ")}`);
      const shown = texts.map(([line, text]) => {
        assert.match(text, /^usage: |^The lab/i, `${line} --help does not say how it is used`);
        return `$ ${line} --help\n${text.trimEnd()}\n`;
      });
      const file = name.replace(/^npm run |^npx tsx | --$|\.ts$/g, "").replace(/[^a-z0-9]+/g, "-");
      expectSnapshot(`help/${file}.txt`, shown.sort().join("\n"));
    });
  }

  it("every golden file of help.test.ts is asked for by a test", () => expectNoOtherFiles("help"));
});
