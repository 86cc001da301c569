import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { deliverySecrets, REFUSING_STEPS } from "@ghrunners/core/vocabulary/delivery";
import { workflowLibrary } from "@ghrunners/lab/github/workflows/library";
import { parseWorkflowFile } from "@ghrunners/lab/github/workflows/parse";
import { readWorkflows } from "@ghrunners/policy/workflows";
import { workflowProblems } from "./rules";
import { projectRoot } from "@ghrunners/core/project-root";

const folder = path.join(projectRoot, ".github/workflows");
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
const read = (file: string): string => readFileSync(path.join(folder, file), "utf8");

describe("the workflows of this repository", () => {
  it("are all there", () => {
    const known = [
      "preview.yml",
      "staging.yml",
      "production.yml",
      "drift.yml",
      "upkeep.yml",
      "delivery-runner.yml",
      "runner-gate.yml",
      "deploy.yml",
      "runner-smoke.yml",
      "deploy-key-proof.yml",
    ];
    for (const file of known) assert.ok(files.includes(file), file);
    assert.equal(readWorkflows(folder).length, files.length);
  });

  for (const file of files) {
    it(`${file} is accepted by GitHub's own parser, and by the lab`, () => {
      assert.equal(parseWorkflowFile(workflowLibrary(), file, read(file)).file, file);
    });
    it(`${file} keeps the project's rules`, () => assert.deepEqual(workflowProblems(file, read(file)), []));
  }

  it("read the secrets that the drift report knows, beside the environment's key of deployments", () => {
    const found = files.flatMap((file) => [...read(file).matchAll(/secrets\.([A-Z_]+)/g)].map(([, name = ""]) => name));
    assert.deepEqual([...new Set(found)].sort(), [...deliverySecrets, "DEPLOY_KEY"].sort());
  });

  it("refuse a deployment in the steps that the exporter knows, before any other step", () => {
    const steps = [...read("deploy.yml").matchAll(/^      - name: (.*)$/gm)].map(([, name]) => name);
    assert.deepEqual(steps.slice(0, 2), REFUSING_STEPS);
  });

  it("use no actions, so there is nothing to pin", () => {
    const used = readWorkflows(folder).flatMap(({ actions }) => actions.map(({ uses }) => uses));
    assert.deepEqual([...new Set(used)].sort(), [
      "./.github/workflows/delivery-runner.yml",
      "./.github/workflows/runner-gate.yml",
    ]);
  });
});

/** What docs/how-to/workflows.md shows is a file that runs in the laboratory. */
describe("the example of a release workflow", () => {
  const example = readFileSync(path.join(projectRoot, "lab/demo-app/repository/.github/workflows/release.yml"), "utf8");

  it("is accepted by GitHub's own parser, and keeps the project's rules", () => {
    assert.equal(parseWorkflowFile(workflowLibrary(), "release.yml", example).file, "release.yml");
    assert.deepEqual(workflowProblems("release.yml", example), []);
  });

  it("stands in the document as it is", () => {
    const page = readFileSync(path.join(projectRoot, "docs/how-to/workflows.md"), "utf8");
    assert.ok(page.includes(`\`\`\`yaml\n${example}\`\`\`\n`));
  });

  it("another called workflow would not get every secret", () => {
    const other = example.replace("workflows/deploy.yml", "workflows/other.yml");
    assert.match(workflowProblems("release.yml", other).join(), /hands on every secret/);
  });
});

/** Each rule, broken by one change of a workflow that keeps them all. */
describe("the rules for workflows", () => {
  const sha = "0123456789abcdef0123456789abcdef01234567";
  const fine = `
on: { push: {} }
permissions: {}
concurrency: { group: g, cancel-in-progress: false, queue: max }
jobs:
  a:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: { contents: read }
    environment: production
    steps:
      - uses: actions/checkout@${sha} # v5.0.0
        with: { persist-credentials: false }
      - run: echo "$NAME"
        shell: bash
        env: { NAME: "\${{ github.head_ref }}", TOKEN: "\${{ github.token }}" }
`;
  it("let a good workflow through", () => assert.deepEqual(workflowProblems("a.yml", fine), []));

  const broken: [string, string, RegExp][] = [
    ["permissions: {}\nconc", "conc", /permissions: \{\} is missing/],
    ["permissions: {}\nconc", "permissions: { contents: write }\nconc", /is missing at the top/],
    ["push: {}", "pull_request_target: {}", /pull_request_target/],
    [` # v5.0.0`, "", /no version in a comment/],
    [`@${sha} # v5.0.0`, "@v5", /not pinned/],
    ["queue: max", "queue: single", /needs cancel-in-progress: false and queue: max/],
    ["concurrency: { group: g, cancel-in-progress: false, queue: max }\n", "", /deploys without a concurrency group/],
    ["    timeout-minutes: 5\n", "", /no timeout-minutes/],
    ["    permissions: { contents: read }\n", "", /without permissions of its own/],
    ["permissions: { contents: read }", "permissions: write-all", /write-all/],
    ['echo "$NAME"', 'echo "${{ github.event.pull_request.title }}"', /puts \$\{\{ github\.event/],
    ['echo "$NAME"', 'echo "${{ inputs.name }}"', /puts \$\{\{ inputs/],
    ["        shell: bash\n", "", /no shell/],
    ["persist-credentials: false", "persist-credentials: true", /keeps its credentials/],
    ["runs-on: ubuntu-24.04", "secrets: inherit\n    runs-on: ubuntu-24.04", /hands on every secret/],
    [
      "ubuntu-24.04\n    timeout-minutes: 5\n    permissions: { contents: read }\n    environment: production",
      "[self-hosted, production]\n    timeout-minutes: 5\n    permissions: { contents: read }",
      /production labels without an environment/,
    ],
  ];
  for (const [from, to, problem] of broken) {
    it(`refuse ${JSON.stringify(to)} in place of ${JSON.stringify(from)} with the message ${problem}`, () => {
      assert.ok(fine.includes(from));
      assert.match(workflowProblems("a.yml", fine.replace(from, to)).join("\n"), problem);
    });
  }

  it("a pull request on a runner of one's own, or with secrets for forks, is a problem", () => {
    const request = fine.replace("push: {}", "pull_request: {}");
    assert.match(
      workflowProblems("a.yml", request.replace("ubuntu-24.04", "self-hosted")).join(),
      /pull request on a self-hosted/,
    );
    assert.match(
      workflowProblems("a.yml", request.replace("ubuntu-24.04", '"${{ vars.X }}"')).join(),
      /pull request on a/,
    );
    assert.match(workflowProblems("a.yml", request.replace("github.token", "secrets.X")).join(), /does not skip forks/);
  });
});
