import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parser } from "@grafana/lezer-logql";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { logLabels } from "@ghrunners/core/vocabulary/logs";
import { runbookAnchor, runbooks } from "@ghrunners/monitoring/runbooks";
import { fragments } from "../docs/documents";
import { program } from "@ghrunners/cli/commands";
import { deploymentStates } from "./deployment-states";
import { sections, variablesOf, type RunbookSection } from "./parse";
import { states } from "./states";
import { projectRoot } from "@ghrunners/core/project-root";

const folder = path.join(projectRoot, "docs", "runbooks");
const read = (file: string): string => readFileSync(path.join(folder, file), "utf8");
const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
/** Runbooks of alerts: other pages of the folder have no section of an alert. */
const alertFiles = [...new Set<string>(Object.values(runbooks))];
const isAlert = (title: string): boolean => title in runbooks;
const all = alertFiles.flatMap((file) => sections(read(file)).map((section) => ({ file, section })));

/** Node names of a query's syntax tree, with the text of each. */
function nodes(query: string): { name: string; text: string; isError: boolean }[] {
  const found: { name: string; text: string; isError: boolean }[] = [];
  parser.parse(query).iterate({
    enter: ({ name, from, to, type }) => void found.push({ name, text: query.slice(from, to), isError: type.isError }),
  });
  return found;
}

describe("runbooks", () => {
  it("every alert has its section, and every section of an alert exists in the catalogue", () => {
    const alerts = [...new Set(alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => name)))].sort();
    assert.deepEqual(Object.keys(runbooks).sort(), alerts);
    for (const alert of alerts) {
      const file = runbooks[alert];
      assert.ok(fragments(read(file)).includes(runbookAnchor(alert)), `${file} has no section ${alert}`);
    }
    const titles = all.filter(({ section }) => section.title !== "");
    const strange = titles.filter(({ file, section }) => runbooks[section.title as keyof typeof runbooks] !== file);
    // Sections that other rooms add (how to rotate a secret) have headings of more than one word.
    assert.deepEqual(
      strange.map(({ section }) => section.title).filter((title) => !title.includes(" ")),
      [],
    );
  });

  for (const { file, section } of all.filter(({ section: { title } }) => isAlert(title))) {
    it(`${file}: ${section.title} has its five parts, and is rehearsed or says why not`, () => {
      assert.match(section.text, /^\*\*Means\.\*\* \S/m);
      if (/^\*\*Check, fix, verify\.\*\*/m.test(section.text)) assert.match(section.text, /As for \[/);
      else
        for (const part of ["Check", "Fix", "Verify"])
          assert.match(section.text, new RegExp(`^\\*\\*${part}\\.\\*\\* ?`, "m"));
      assert.match(section.text, /^\*\*Escalate\.\*\* \S/m);
      assert.equal(Number(section.state === undefined) + Number(section.notRehearsed === undefined), 1);
      if (section.state !== undefined)
        assert.ok(section.state in { ...states, ...deploymentStates }, `there is no state ${section.state}`);
      if (section.state !== undefined) assert.ok(section.blocks.some(({ kind }) => kind === "check"));
    });
  }

  it("every block is run, or says why it is not", () => {
    for (const { file, section } of all) {
      for (const { kind, reason, script, expected } of section.blocks) {
        const where = `${file}: ${section.title}: ${script}`;
        if (kind === "not-run") assert.ok(reason.length > 10, `${where}\nno reason`);
        else assert.ok(section.state !== undefined || !isAlert(section.title), `${where}\nin no state`);
        for (const pattern of expected) new RegExp(pattern, "im");
      }
    }
  });

  it("every variable of a command is explained, and every one that is explained is used", () => {
    const explained = sections(read("README.md"))
      .flatMap(({ blocks }) => blocks)
      .filter(({ kind }) => kind === "variables")
      .flatMap(({ script }) => [...script.matchAll(/^(?:export )?([A-Z_]+)=/gm)].map(([, name = ""]) => name));
    const used = new Set(all.flatMap(({ section }) => section.blocks.flatMap(({ script }) => variablesOf(script))));
    assert.deepEqual(
      [...used].filter((name) => !explained.includes(name)),
      [],
    );
    assert.deepEqual(
      explained.filter((name) => !used.has(name) && name !== "PULUMI_STACK"),
      [],
    );
  });

  it("log queries are LogQL, and use labels that exist", () => {
    const queries = all.flatMap(({ section }) => section.queries);
    assert.ok(queries.length >= alertFiles.length, "a runbook without a log query");
    for (const query of queries) {
      assert.ok(!nodes(query).some(({ isError }) => isError), `not LogQL: ${query}`);
      const used = nodes(query)
        .filter(({ name }) => name === "Identifier")
        .map(({ text }) => text);
      assert.deepEqual(
        used.filter((label) => !(logLabels as readonly string[]).includes(label)),
        [],
        query,
      );
      assert.ok(used.length > 0, query);
    }
    assert.ok(
      nodes('{role="primary"').some(({ isError }) => isError),
      "the parser takes anything",
    );
  });

  it("the index has every alert with its severities", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => /^\| \[\w+\]/.test(line));
    assert.deepEqual(rows, renderIndex());
  });

  it("commands on the operator's side are ones that exist", () => {
    const lines = all.flatMap(({ section }) => section.blocks.flatMap(({ script }) => script.split("\n")));
    const named = lines.flatMap((line) => /^ghrunners ([\w-]+)/.exec(line)?.[1] ?? []);
    assert.ok(named.length > 0);
    const known = program().commands.map((command) => command.name());
    for (const name of named) assert.ok(known.includes(name), name);
    const pulumi = lines.flatMap((line) => /^pulumi ([\w-]+)/.exec(line)?.[1] ?? []);
    for (const name of pulumi) assert.ok(["up", "preview", "refresh", "config"].includes(name), name);
  });

  it("every page of the folder is in the index", () => {
    for (const file of files.filter((name) => name !== "README.md"))
      assert.ok(read("README.md").includes(`(${file}`), file);
  });
});

/** Rows of the index in README.md, from the catalogue. */
function renderIndex(): string[] {
  return Object.entries(runbooks).map(([alert, file]) => {
    const severities = alertGroups
      .flatMap(({ alerts }) => alerts)
      .filter(({ name }) => name === alert)
      .map(({ severity }) => severity);
    return `| [${alert}](${file}#${runbookAnchor(alert)}) | ${[...new Set(severities)].join(", ")} | ${file.replace(".md", "")} |`;
  });
}

describe("reading runbooks", () => {
  it("finds sections, blocks, what they promise, and queries", () => {
    const text =
      '# T\n\n## Alert\n<!-- rehearsed in: healthy -->\n```sh check\na\n#> exit 3\n#> ^x$\n```\n```sh not-run no host\nb $HOST \\$NOT\n```\n```logql\n{role="x"}\n```\n';
    const [, alert] = sections(text) as [RunbookSection, RunbookSection];
    assert.equal(alert.title, "Alert");
    assert.equal(alert.state, "healthy");
    assert.deepEqual(alert.blocks, [
      { kind: "check", reason: "", script: "a", expected: ["^x$"], exitCode: 3 },
      { kind: "not-run", reason: "no host", script: "b $HOST \\$NOT", expected: [], exitCode: 0 },
    ]);
    assert.deepEqual(alert.queries, ['{role="x"}']);
    assert.deepEqual(variablesOf(alert.blocks[1]!.script), ["HOST"]);
  });
});
