import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { parsePreview } from "@ghrunners/cli/blast-radius/preview";
import { blastRadius } from "@ghrunners/cli/blast-radius/radius";
import { renderRadius } from "@ghrunners/cli/blast-radius/render";
import { projectRoot } from "@ghrunners/core/project-root";

const planted = "planted-secret-value";
const urn = (type: string, name: string): string => `urn:pulumi:lab::ghrunners::${type}::${name}`;
const vmType = "proxmoxve:index/vmLegacy:VmLegacy";
const pool = urn("ghrunners:pool:RunnerPool", "runners");
const runner = (name: string): string => urn("ghrunners:pool:RunnerPool$ghrunners:runner:Runner", name);

function step(
  op: string,
  type: string,
  name: string,
  more: { parent?: string; old?: object; now?: object; diff?: string[] },
): object {
  const state = (inputs: object): object => ({ urn: urn(type, name), type, parent: more.parent, inputs });
  return {
    op,
    urn: urn(type, name),
    ...(op === "create" ? {} : { oldState: state(more.old ?? more.now ?? {}) }),
    ...(op === "delete" ? {} : { newState: state(more.now ?? {}) }),
    diffReasons: more.diff ?? null,
  };
}

const members = (labels: Record<string, string[]>): object => ({
  members: Object.entries(labels).map(([name, own]) => ({ role: "primary", runner: name, labels: own })),
});
const component = (op: string, name: string, runnerName: string): object => ({
  ...step(op, "ghrunners:runner:Runner", name, { parent: pool, now: { runnerName }, old: { runnerName } }),
  urn: runner(name),
});

const sample = {
  config: { "ghrunners:githubToken": planted },
  steps: [
    step("same", "pulumi:pulumi:Stack", "ghrunners-lab", {}),
    {
      ...step("update", "ghrunners:pool:RunnerPool", "runners", {
        old: members({ "runner-1": ["self-hosted", "lab"], gone: ["lab"] }),
        now: members({ "runner-1": ["self-hosted", "lab", "gpu"] }),
        diff: ["members"],
      }),
      urn: pool,
    },
    component("same", "runners-primary", "runner-1"),
    component("delete", "runners-secondary", "gone"),
    step("replace", vmType, "runners-primary-vm", { parent: runner("runners-primary"), diff: ["cpu", "__meta"] }),
    step("update", "proxmoxve:firewall/rulesLegacy:RulesLegacy", "rules", { parent: runner("runners-primary") }),
    step("delete", vmType, "runners-secondary-vm", { parent: runner("runners-secondary") }),
    step("create", "github:index/repositoryEnvironment:RepositoryEnvironment", "env", { now: { environment: "lab" } }),
    step("create", "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy", "tag", {
      now: { environment: "other" },
    }),
    step(
      "create",
      "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
      "branch",
      {
        now: { environment: "lab" },
      },
    ),
    step("update", "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret", "key", {
      now: { secretName: "DEPLOY_KEY", environment: "lab", value: planted },
      old: { value: `old-${planted}` },
      diff: ["value"],
    }),
    step("create", "github:index/actionsVariable:ActionsVariable", "v", {
      now: { variableName: "A|`B", value: planted },
    }),
    step("update", "github:index/repositoryRuleset:RepositoryRuleset", "rules", { now: { name: "x" } }),
    step("read", "github:index/getUser:getUser", "x", {}),
  ],
  changeSummary: { create: 3, delete: 2, replace: 1, same: 2, update: 4 },
};

describe("the blast radius of a preview", () => {
  const preview = parsePreview(`> noise of npm\n${JSON.stringify(sample)}`);
  const radius = blastRadius(preview);

  it("names the runners with the worst that happens to them, and their labels", () => {
    assert.deepEqual(radius.runners, [
      { name: "gone", operation: "delete" },
      { name: "runner-1", operation: "replace" },
    ]);
    assert.deepEqual(radius.labels, [
      { runner: "runner-1", added: ["gpu"], removed: [] },
      { runner: "gone", added: [], removed: ["lab"] },
    ]);
  });

  it("names environments, secrets, variables and settings of the repository", () => {
    assert.deepEqual(radius.environments, [
      { name: "lab", operation: "create" },
      { name: "other", operation: "update" },
    ]);
    assert.deepEqual(radius.secrets, [{ name: "DEPLOY_KEY in lab", operation: "update" }]);
    assert.deepEqual(radius.variables, [{ name: "A|`B", operation: "create" }]);
    assert.deepEqual(radius.repository, [{ name: "RepositoryRuleset", operation: "update" }]);
  });

  it("lists every change, the most disruptive first, by the names of the properties", () => {
    assert.equal(radius.changes.length, 9);
    assert.equal(radius.changes[0]?.operation, "delete");
    const vm = radius.changes.find(({ name }) => name === "runners-primary-vm");
    assert.deepEqual(vm, {
      operation: "replace",
      name: "runners-primary-vm",
      type: "proxmoxve:VmLegacy",
      properties: ["cpu"],
    });
  });

  it("shows no value, and no name breaks the table", () => {
    const text = renderRadius("Preview of lab", preview, radius);
    assert.ok(!text.includes(planted), text);
    assert.match(text, /^\| Secrets \| `DEPLOY_KEY in lab` updated \|$/m);
    assert.match(text, /^\| Variables \| `A {2}B` created \|$/m);
    assert.match(text, /^\| Labels \| `runner-1` `\+gpu`, `gone` `-lab` \|$/m);
    assert.match(text, /^3 create, 2 delete, 1 replace, 2 same, 4 update\.$/m);
  });

  it("says so when nothing is touched, and when the preview failed", () => {
    const none = parsePreview(JSON.stringify({ steps: [], changeSummary: { same: 4 } }));
    assert.match(
      renderRadius("x", none, blastRadius(none)),
      /4 same\.\n\nNo runner, label, environment or secret is touched\.\n$/,
    );
    const failed = parsePreview(JSON.stringify({ diagnostics: [{ severity: "error", message: planted }] }));
    const text = renderRadius("x", failed, blastRadius(failed));
    assert.match(text, /\*\*The preview failed\*\*/);
    assert.ok(!text.includes(planted), "a message of the engine may hold anything");
  });

  it("leaves out what does not fit into a comment, and says how much", () => {
    const steps = Array.from({ length: 250 }, (_, index) => step("create", vmType, `vm-${index}`, {}));
    const many = parsePreview(JSON.stringify({ steps }));
    assert.match(renderRadius("x", many, blastRadius(many)), /\n50 more are left out\.\n/);
  });
});

describe("ghrunners blast-radius", () => {
  const run = (args: string[], input = ""): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["--require", "tsx/cjs", "packages/cli/main.ts", "blast-radius", ...args], {
      cwd: projectRoot,
      encoding: "utf8",
      input,
      env: { ...process.env, NO_COLOR: "1" },
    });

  it("reads standard input", () => {
    const { status, stdout } = run(["-", "--title", "Preview of staging"], JSON.stringify(sample));
    assert.equal(status, 0);
    assert.match(stdout, /^## Preview of staging\n/);
  });

  it("names the input that it needs if the text is not a preview", () => {
    const { status, stderr } = run(["-"], "no preview");
    assert.equal(status, 1);
    assert.match(stderr, /This is not a preview: .*Expected JSON\. Next: pulumi preview --json --show-sames/);
    assert.equal(run([]).status, 2);
  });
});
