import assert from "node:assert/strict";
import { workflowLibrary } from "@ghrunners/lab/github/workflows/library";
import { NotModelledError, type Workflow, WorkflowSyntaxError } from "@ghrunners/lab/github/workflows/model";
import { parseWorkflowFile } from "@ghrunners/lab/github/workflows/parse";

const parse = (text: string): Workflow => parseWorkflowFile(workflowLibrary(), "test.yml", text);
const withJobs = (jobs: string): string => `on: workflow_dispatch\njobs:\n${jobs}`;
const job = (rest: string): string => withJobs(`  one: { runs-on: x, ${rest} }`);

describe("workflow files", () => {
  it("are parsed by GitHub's parser into plain data", () => {
    const workflow = parse(`
name: Deploy
on:
  push: { branches: [main] }
  workflow_dispatch:
    inputs:
      target: { type: choice, options: [a, b], required: true }
      count: { type: number, default: 3 }
      dry: { type: boolean, default: true }
permissions: { contents: read }
concurrency: { group: deploy, cancel-in-progress: false, queue: max }
jobs:
  one: { runs-on: [self-hosted, linux], steps: [{ run: "true" }, { id: named, if: "github.ref == 'x'", run: "true" }] }
  two: { needs: [one], if: always(), uses: ./.github/workflows/called.yml, secrets: inherit }
`);
    assert.deepEqual(workflow.events, ["push", "workflow_dispatch"]);
    assert.deepEqual(
      workflow.dispatchInputs.map(({ name, type, required, default: value, options }) => [
        name,
        type,
        required,
        value,
        options,
      ]),
      [
        ["target", "choice", true, undefined, ["a", "b"]],
        ["count", "number", false, 3, []],
        ["dry", "boolean", false, true, []],
      ],
    );
    const [one, two] = workflow.jobs;
    assert.ok(one?.work.kind === "steps" && two?.work.kind === "call");
    assert.deepEqual(
      one.work.steps.map(({ id, condition }) => [id, condition]),
      [
        ["__run", "success()"],
        ["named", "success() && (github.ref == 'x')"],
      ],
    );
    assert.deepEqual(
      [two.needs, two.condition, two.work.file, two.work.secrets],
      [["one"], "always()", "called.yml", "inherit"],
    );
  });

  const wrong: [what: string, text: string, words: RegExp][] = [
    ["YAML that is not", "a: [", /Flow sequence/],
    ["an empty file", "", /Expected a scalar value, a sequence, or a mapping/],
    ["an unknown key", job("steps: [{ run: x }], tiemout-minutes: 3"), /Unexpected value 'tiemout-minutes'/],
    [
      "a wrong queue",
      `concurrency: { group: a, queue: lots }\n${job("steps: [{ run: x }]")}`,
      /Unexpected value 'lots'/,
    ],
    [
      "a need that does not exist",
      job("needs: nobody, steps: [{ run: x }]"),
      /depends on unknown job 'nobody'|at least one job with no dependencies/,
    ],
    [
      "an expression that is none",
      job('steps: [{ run: "${{ github. }}" }]'),
      /Unexpected end of expression|Unexpected symbol/,
    ],
    [
      "a context that is not allowed there",
      job('if: "${{ secrets.X }}", steps: [{ run: x }]'),
      /Unrecognized named-value: 'secrets'/,
    ],
  ];
  for (const [what, text, words] of wrong) {
    it(`name ${what} with GitHub's words`, () => {
      assert.throws(
        () => parse(text),
        (error: unknown) => error instanceof WorkflowSyntaxError && words.test(error.message),
      );
    });
  }

  const refused: [feature: string, text: string][] = [
    ["jobs.one.steps[0].uses: docker://alpine:3", job('steps: [{ uses: "docker://alpine:3" }]')],
    ["jobs.one.steps[0].uses: actions/checkout@v5", job("steps: [{ uses: actions/checkout@v5 }]")],
    ["jobs.one.steps[0].uses: $/action", job("steps: [{ uses: $/action }]")],
    ["jobs.one.uses: $/.github/workflows/a.yml", withJobs("  one: { uses: $/.github/workflows/a.yml }")],
    ["jobs.one.steps[0].shell: pwsh (only bash and sh)", job("steps: [{ run: x, shell: pwsh }]")],
    ["jobs.one.container", job("container: alpine, steps: [{ run: x }]")],
    ["jobs.one.services", job("services: { db: { image: postgres } }, steps: [{ run: x }]")],
    ["hashFiles()", job(`steps: [{ run: "\${{ hashFiles('a') }}" }]`)],
    ["jobs.one.runs-on.group", withJobs("  one: { runs-on: { group: big }, steps: [{ run: x }] }")],
    [
      "jobs.one.uses: octo/other/.github/workflows/a.yml@main",
      withJobs("  one: { uses: octo/other/.github/workflows/a.yml@main }"),
    ],
  ];
  for (const [feature, text] of refused) {
    it(`are refused by name: ${feature}`, () => {
      assert.throws(
        () => parse(text),
        (error: unknown) => error instanceof NotModelledError && error.message.includes(feature),
      );
    });
  }
});
