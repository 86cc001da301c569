import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type { RecordedAction } from "@ghrunners/deploy/records/record";
import type { ReviewDocument } from "@ghrunners/cli/review/document";
import { reviewKinds } from "@ghrunners/cli/review/kinds";
import { lookUp, type Evidence } from "@ghrunners/cli/review/evidence";
import { listOf, renderList } from "@ghrunners/cli/review/list";
import { escaped, renderMarkdown } from "@ghrunners/cli/review/markdown";
import { fill, formatted, type Part } from "@ghrunners/cli/review/template";
import { templates } from "@ghrunners/cli/review/templates/index";
import { ofRollback, ofSuccess, rolledBack, succeeded } from "./samples";
import { publishedSchema } from "../../../support/published-schema";

const ajv = addFormats(new Ajv({ allErrors: true }));

function conforms(name: string, value: unknown): void {
  const validate = ajv.compile(publishedSchema(name));
  const plain: unknown = JSON.parse(JSON.stringify(value));
  assert.ok(validate(plain), ajv.errorsText(validate.errors));
  assert.equal(validate({ ...(plain as object), surprise: 1 }), false);
}

/** Golden files are written anew with GOLDEN=write, and looked at before they are committed. */
function golden(name: string, text: string): void {
  const file = path.join(__dirname, "golden", name);
  if (process.env.GOLDEN === "write") writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
}

/** Every value, entries and cells, with where it is said to come from. */
const valuesOf = ({ sections }: ReviewDocument): { value: string; source: string }[] =>
  sections.flatMap(({ entries, tables }) => [
    ...entries.flatMap(({ value, source }) => (value === null || source === null ? [] : [{ value, source }])),
    ...tables.flatMap(({ rows }) => rows.flatMap(({ cells, source }) => cells.map((value) => ({ value, source })))),
  ]);

/** Texts of every leaf of a value, in every way that a document writes them. */
function leaves(value: unknown): string[] {
  if (value === null || value === undefined) return ["none", "no data", "cannot be said"];
  if (Array.isArray(value)) {
    const texts = value.filter((each): each is string => typeof each === "string");
    if (texts.length < value.length) return value.flatMap(leaves);
    return ["none", formatted(texts, "list"), texts.join("; ")];
  }
  if (typeof value === "object") return Object.values(value).flatMap(leaves);
  if (typeof value === "boolean") return value ? ["yes", "ok"] : ["no", "failed"];
  if (typeof value !== "number") return [value as string];
  return [`${value}`, `${value} s`, `${value} files`, `${value} deployments`, `${Number((value * 100).toFixed(2))} %`];
}

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const time = fc.date({ min: new Date("2026-01-01"), max: new Date("2026-12-31"), noInvalidDate: true });
const seconds = fc.double({ min: 0, max: 5000, noNaN: true });
const anAction: fc.Arbitrary<RecordedAction> = fc.record({
  name: fc.oneof(text, fc.constantFrom("preflight", "capture", "health", "smoke")),
  startedAt: time.map((each) => each.toISOString()),
  seconds,
  ok: fc.boolean(),
  detail: text,
  checks: fc.array(
    fc.record({
      name: text,
      category: fc.constantFrom("backend", "smoke"),
      critical: fc.boolean(),
      ok: fc.boolean(),
      attempts: fc.nat(9),
      milliseconds: seconds,
      detail: text,
    }),
    { maxLength: 3 },
  ),
});

/** Records with any texts, some of them without a rollback, an incident or a decision. */
const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    sample: fc.constantFrom(ofSuccess, ofRollback),
    fields: fc.record({ owner: text, version: text, previousVersion: fc.option(text), durationSeconds: seconds }),
    actions: fc.array(anAction, { maxLength: 5 }),
    title: text,
    kept: fc.array(text, { maxLength: 3 }),
    withGate: fc.boolean(),
  })
  .map(({ sample, fields, actions, title, kept, withGate }) => ({
    ...sample,
    deployment: { ...sample.deployment, ...fields, actions },
    incident: sample.incident && { ...sample.incident, title },
    rollback: sample.rollback && { ...sample.rollback, kept, actions },
    gate: withGate ? ofRollback.gate : null,
  }));

describe("documents about a deployment", () => {
  for (const [name, evidence, kind] of [
    ["review of a success", ofSuccess, "review"],
    ["checklist of a success", ofSuccess, "checklist"],
    ["post-mortem of a rollback", ofRollback, "postmortem"],
    ["review of a rollback", ofRollback, "review"],
  ] as const) {
    it(`${name}: as in the golden file, and by the schema`, () => {
      const document = fill(kind, templates[kind], evidence);
      golden(`${name.replaceAll(" ", "-")}.golden`, renderMarkdown(document));
      conforms("review", document);
    });
  }

  it("every value is a field of the record that it names, whatever the records hold", () => {
    fc.assert(
      fc.property(anyEvidence, fc.constantFrom(...reviewKinds), (evidence, kind) => {
        for (const { value, source } of valuesOf(fill(kind, templates[kind], evidence))) {
          const found = lookUp(evidence, source);
          assert.ok(found !== undefined, `${source} is nowhere in the records`);
          // A check's row begins with the action that it belongs to.
          const action = lookUp(evidence, `${source.replace(/\.checks\[\d+\]$/, "")}.name`)?.value;
          assert.ok([...leaves(found.value), action, ""].includes(value), `"${value}" is not in ${source}`);
        }
      }),
    );
  });

  it("the text has nothing that is neither the template's nor a value", () => {
    fc.assert(
      fc.property(anyEvidence, fc.constantFrom(...reviewKinds), (evidence, kind) => {
        const document = fill(kind, templates[kind], evidence);
        const whole = renderMarkdown(document);
        const values = valuesOf(document).map(({ value }) => escaped(value));
        for (const value of values) assert.ok(whole.includes(value), `"${value}" is missing`);
        const blank = {
          ...document,
          sections: document.sections.map((section) => ({
            ...section,
            entries: section.entries.map((entry) => ({ ...entry, value: entry.value === null ? null : "" })),
            tables: section.tables.map((table) => ({
              ...table,
              rows: table.rows.map((row) => ({ ...row, cells: row.cells.map(() => "") })),
            })),
          })),
        };
        const added = whole.length - renderMarkdown(blank).length;
        assert.equal(added, values.join("").length, "the values make up the whole difference to the template alone");
      }),
    );
  });

  it("a record's text makes no markup", () => {
    assert.equal(escaped("| a <script> `x` [y](z) **"), "\\| a \\<script\\> \\`x\\` \\[y\\](z) \\*\\*");
    assert.equal(escaped("_so_ rolled_back"), "\\_so\\_ rolled_back");
    assert.equal(escaped("one\ntwo\r\nthree"), "one<br>two<br>three");
  });

  it("a value that was not recorded says so and who can fill it in; only lines for people are blank", () => {
    const markdown = renderMarkdown(fill("review", templates.review, ofSuccess));
    assert.match(
      markdown,
      /^- Chosen runner: \*\*not recorded\*\*; can be filled in by the person who has the gate.s decision/m,
    );
    assert.match(markdown, /^- Failure: none$/m);
    assert.match(markdown, /^- Name and date: \*\*\[to fill in\]\*\* by the SRE who reviews: _+$/m);
  });

  it("a box is ticked by the record alone", () => {
    const boxes = (evidence: Evidence): [string, boolean | null][] =>
      fill("checklist", templates.checklist, evidence).sections.flatMap(({ entries }) =>
        entries.flatMap(({ label, ticked }): [string, boolean | null][] =>
          ticked === undefined ? [] : [[label, ticked]],
        ),
      );
    const of = (evidence: Evidence, label: string) => boxes(evidence).find(([each]) => each === label)?.[1];
    assert.equal(of(ofSuccess, "The target passed the preflight"), true);
    assert.equal(of(ofRollback, "Health checks passed"), false);
    assert.equal(of(ofRollback, "Smoke tests passed"), null);
    assert.equal(of(ofSuccess, "A runner was chosen by both views"), null);
    assert.equal(of(ofRollback, "A runner was chosen by both views"), true);
    assert.equal(of(ofSuccess, "The change was tried in staging"), null);
  });

  it("every place that a template names is one that records have", () => {
    const facts = Object.values(templates).flatMap(({ sections }) =>
      sections.flatMap(({ parts }) => parts.filter((part): part is Extract<Part, { fact: string }> => "fact" in part)),
    );
    const known = [ofSuccess, ofRollback];
    const lost = facts.filter(({ source }) => known.every((evidence) => lookUp(evidence, source) === undefined));
    assert.deepEqual(lost, []);
  });
});

describe("the list of deployments", () => {
  it("has the newest first, and those that are not over", () => {
    const open = { id: "x", owner: "o", version: "4", startedAt: "2026-01-01T12:00:00Z" };
    const more = { lease: "held", outcome: null, ended: [], running: null } as const;
    const list = listOf([{ target: "app", deployments: [succeeded, rolledBack], open: { ...open, ...more } }]);
    assert.deepEqual(
      list.deployments.map(({ id }) => id),
      [rolledBack.id, succeeded.id],
    );
    conforms("deployments", list);
    assert.match(renderList(list), /^x {2}app {2}open: version 4 by o\n.*-bbbb {2}app/);
    assert.equal(renderList(listOf([])), "No deployment is recorded.\n");
  });
});
