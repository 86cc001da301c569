import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checkoutFiles } from "@ghrunners/cli/doctor/checkout";
import { MOST_WORKFLOWS, observeWorkflows } from "@ghrunners/cli/doctor/observe-concerned";
import { readWorkflow } from "@ghrunners/cli/doctor/read-workflow";
import { projectRoot } from "@ghrunners/core/project-root";

describe("the workflows that an announcement can concern", () => {
  const checkout = checkoutFiles(projectRoot);
  const ours = ".github/workflows/preview.yml";

  /** GitHub with the same text for every file. */
  const github = (asked: string[]) => ({
    textOf: (file: string) => {
      asked.push(file);
      return Promise.resolve("jobs: { a: { runs-on: ubuntu-22.04 } }");
    },
  });

  it("are read in this checkout where they are the same, and at GitHub otherwise", async () => {
    const asked: string[] = [];
    const theirs = ".github/workflows/ci.yaml";
    const files = {
      [ours]: checkout[ours]!,
      [theirs]: "1",
      ".github/scripts/gate.js": "2",
      ".github/workflows/x.md": "3",
    };
    const { needs, unread } = await observeWorkflows(github(asked), files, checkout);
    assert.deepEqual(asked, [theirs]);
    assert.deepEqual(needs[theirs]?.machines, ["ubuntu-22.04"]);
    assert.deepEqual(needs[ours], readWorkflow(readFileSync(path.join(projectRoot, ours), "utf8")));
    assert.ok(needs[ours]?.machines.some((text) => text.includes("ubuntu-24.04")));
    assert.deepEqual([Object.keys(needs).length, unread], [2, []]);
  });

  it("are read at GitHub where this checkout has another text", async () => {
    const asked: string[] = [];
    await observeWorkflows(github(asked), { [ours]: "another" }, checkout);
    assert.deepEqual(asked, [ours]);
  });

  it("are not all read where there are too many, and the rest is named", async () => {
    const asked: string[] = [];
    const files = Array.from({ length: MOST_WORKFLOWS + 2 }, (_, each) => [`.github/workflows/${each}.yml`, "1"]);
    const { unread } = await observeWorkflows(github(asked), Object.fromEntries(files) as Record<string, string>, {});
    assert.deepEqual([asked.length, unread.length], [MOST_WORKFLOWS, 2]);
  });
});

describe("what a workflow needs of GitHub", () => {
  it("is found in jobs, steps, matrices and defaults of inputs", () =>
    assert.deepEqual(
      readWorkflow(`
on:
  workflow_call: { inputs: { labels: { default: '["a"]' } } }
env: { ONE: 1 }
jobs:
  build:
    runs-on: { group: g, labels: [b] }
    strategy: { matrix: { include: [{ os: c }] } }
    env: { TWO: two }
    steps: [{ uses: actions/checkout@v5, env: { THREE: true } }, { run: echo }]
  call: { uses: ./.github/workflows/deploy.yml }
`),
      {
        machines: ["g", "b", "c", '["a"]'],
        actions: ["./.github/workflows/deploy.yml", "actions/checkout@v5"],
        variables: { ONE: "1", TWO: "two", THREE: "true" },
      },
    ));

  it("is nothing where the text is no workflow", () => {
    for (const text of ["", "jobs: [", "- a", "jobs: { a: 1, b: { steps: text } }"])
      assert.deepEqual(readWorkflow(text), { machines: [], actions: [], variables: {} }, text);
  });
});
