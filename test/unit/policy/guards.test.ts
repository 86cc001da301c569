import assert from "node:assert/strict";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as github from "@pulumi/github";
import { guardOverrides, type GuardName } from "@ghrunners/core/vocabulary/safety";
import { packConfiguration } from "@ghrunners/policy/pack-configuration";
import type { Facts } from "@ghrunners/policy/facts";
import type { Guard } from "@ghrunners/policy/guard";
import { guards } from "@ghrunners/policy/guards/index";
import { isPinned } from "@ghrunners/policy/guards/actions-pinned";
import { judgeLabels } from "@ghrunners/policy/guards/runner-labels-exclusive";
import { judge as judgeAll } from "@ghrunners/policy/judge";
import { passphraseIsEmpty } from "@ghrunners/policy/passphrase";
import { type LocalFacts, factsOf, judgedTypes, type Resource } from "@ghrunners/policy/resource-facts";
import { workflowFacts } from "@ghrunners/policy/workflows";
import { projectRoot } from "@ghrunners/core/project-root";

const pool = "ghrunners:pool:RunnerPool";
const preflight = "pulumi-nodejs:dynamic/ghrunners:Preflight";
const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const runners = (own: readonly string[], events = ["push"]): Partial<Resource> => ({
  type: pool,
  props: { members: [{ role: "primary", runner: "runner-1", labels: own }], events },
});
/** What a judgement needs beside the resource. */
type Around = LocalFacts & { readonly environment: string };
const workflow = (text: string): Partial<Around> => ({ workflows: () => [workflowFacts("a.yml", text)] });
const job = (more: string, on = "push"): Partial<Around> =>
  workflow(`on: ${on}\njobs: { a: { ${more}, steps: [{ run: x }] } }`);
const using = (uses: string): Partial<Around> =>
  workflow(`on: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ uses: "${uses}" }] } }`);
const sha = "0123456789abcdef0123456789abcdef01234567";

interface Example {
  readonly what: string;
  readonly resource: Partial<Resource>;
  readonly around?: Partial<Around>;
  /** What the one violation says; undefined where there is none. */
  readonly violation?: RegExp;
}
const bad = (what: string, violation: RegExp, resource: Partial<Resource>, around?: Partial<Around>): Example => ({
  what,
  violation,
  resource,
  around,
});
const good = (what: string, resource: Partial<Resource>, around?: Partial<Around>): Example => ({
  what,
  resource,
  around,
});

const environmentType = "ghrunners:deployment:DeploymentEnvironment";
const tokenType = "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions";
const actionsType = "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions";
const secretType = "github:index/actionsSecret:ActionsSecret";
const vmType = "proxmoxve:index/vmLegacy:VmLegacy";

const specification: Readonly<Record<GuardName, readonly Example[]>> = {
  "repository-private": [
    bad("a preflight that looks away", /accepts a public repository/, {
      type: preflight,
      props: { publicAllowed: true },
    }),
    bad("a repository made public", /is public/, {
      type: "github:index/repository:Repository",
      props: { visibility: "public" },
    }),
    good("a preflight that looks", { type: preflight, props: { publicAllowed: false } }),
    good("a private repository", { type: "github:index/repository:Repository", props: { visibility: "private" } }),
  ],
  "runner-labels-exclusive": [
    bad("a hosted label", /has the label "ubuntu-latest"/, runners([...labels, "ubuntu-latest"])),
    bad(
      "nothing but broad labels",
      /only the labels self-hosted, linux, x64/,
      runners(["self-hosted", "linux", "x64"]),
    ),
    bad(
      "a job without the environment",
      /Job a of a\.yml may land/,
      runners(labels),
      job("runs-on: [self-hosted, Linux]"),
    ),
    good("labels of its own", runners(labels)),
    good("a deployment", runners(labels), job("runs-on: [self-hosted, production], environment: { name: production }")),
    good("a job for others", runners(labels), job("runs-on: [self-hosted, gpu]")),
    good("staging", runners([...labels, "ubuntu-latest"]), { environment: "staging" }),
  ],
  "pull-requests-hosted": [
    bad("self-hosted", /asks for self-hosted/, runners(labels), job("runs-on: self-hosted", "pull_request")),
    bad("a label of ours", /asks for primary/, runners(labels), job("runs-on: primary", "[push, pull_request_target]")),
    bad("an expression", /an expression chooses/, runners(labels), job('runs-on: "${{ inputs.x }}"', "issue_comment")),
    bad("a group", /an expression chooses/, runners(labels), job("runs-on: { group: x }", "pull_request")),
    bad("runners that accept them", /accept jobs of pull_request\./, runners(labels, ["push", "pull_request"])),
    ...(["|| true", ""] as const).map((more) => {
      const own = "github.event.pull_request.head.repo.full_name == github.repository";
      const chosen = job(`if: "${own} && vars.X != '' ${more}", runs-on: "\${{ fromJSON(vars.X) }}"`, "pull_request");
      return more === ""
        ? good("own branches on a runner of the repository's choice", runners(labels), chosen)
        : bad("a condition that lets forks in", /an expression chooses/, runners(labels), chosen);
    }),
    bad(
      "own branches on a runner of ours",
      /asks for primary/,
      runners(labels),
      job('if: "github.event.pull_request.head.repo.full_name == github.repository", runs-on: primary', "pull_request"),
    ),
    good("a hosted image", runners(labels), job("runs-on: ubuntu-24.04", "pull_request")),
    good("a push", runners(labels), job("runs-on: [self-hosted, primary]")),
  ],
  "default-token-read-only": [
    bad("a token that writes", /can write/, { type: tokenType, props: { defaultWorkflowPermissions: "write" } }),
    bad("approval by workflows", /may approve/, { type: tokenType, props: { canApprovePullRequestReviews: true } }),
    good("a token that reads", {
      type: tokenType,
      props: { defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
    }),
  ],
  "passphrase-set": [
    bad("an empty one", /passphrase is empty/, { type: "pulumi:pulumi:Stack" }, { passphraseIsEmpty: () => true }),
    good("one that is set", { type: "pulumi:pulumi:Stack" }),
  ],
  "actions-pinned": [
    bad("a repository that takes tags", /not pinned/, { type: actionsType, props: { shaPinningRequired: false } }),
    bad("an action by its tag", /uses actions\/checkout@v5/, runners(labels), using("actions/checkout@v5")),
    bad("an image by its tag", /uses docker:\/\/alpine:3/, runners(labels), using("docker://alpine:3")),
    good("a repository that demands commits", { type: actionsType, props: { shaPinningRequired: true } }),
    good("a repository without actions", { type: actionsType, props: { enabled: false } }),
    good("an action by its commit", runners(labels), using(`actions/checkout@${sha}`)),
    good("files of the same commit", runners(labels), using("./.github/actions/x")),
  ],
  "production-reviewed": [
    bad("nobody", /has no reviewers/, { type: environmentType, props: { environment: "production" } }),
    bad("an empty list", /has no reviewers/, {
      type: environmentType,
      props: { environment: "production", reviewers: [] },
    }),
    good("a login", { type: environmentType, props: { environment: "production", reviewers: ["octocat"] } }),
    good("another environment", { type: environmentType, props: { environment: "staging" } }),
  ],
  "production-vm-protected": [
    bad("one that is not", /not protected/, { type: vmType, protect: false }),
    good("one that is", { type: vmType, protect: true }),
    good("one of the lab", { type: vmType, protect: false }, { environment: "lab" }),
  ],
  "secrets-encrypted": [
    bad("plain text", /plaintextValue/, { type: secretType, props: { plaintextValue: "x" } }),
    good("a value", { type: secretType, props: { value: "x" } }),
  ],
};

function judge(guard: Guard, { resource, around }: Example): readonly string[] {
  const whole = { type: "", name: "x", props: {}, protect: true, ...resource };
  const usual = { environment: "production", workflows: () => [], passphraseIsEmpty: () => false };
  const { environment, ...checkout } = { ...usual, ...around };
  const facts = factsOf(whole, environment, checkout);
  assert.ok(facts, `no guard looks at ${whole.type}`);
  return guard.judge(facts);
}

describe("the guards", () => {
  it("are those of the catalogue, each with a description", () => {
    assert.deepEqual(guards.map(({ name }) => name).sort(), Object.keys(guardOverrides).sort());
    for (const { description } of guards) assert.match(description, /^[A-Z].+\.$/);
  });

  for (const guard of guards) {
    describe(guard.name, () => {
      for (const example of specification[guard.name]) {
        it(`${example.violation === undefined ? "lets through" : "refuses"} ${example.what}`, () => {
          const violations = judge(guard, example);
          if (example.violation === undefined) assert.deepEqual(violations, []);
          else assert.match(violations.join("\n"), example.violation);
          for (const violation of violations) assert.match(violation, /Expected .+\.$/);
        });
      }
    });
  }

  it("stand in docs/reference/policy.md, each with its override", () => {
    const text = readFileSync(path.join(projectRoot, "docs/reference/policy.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \|.*\| mandatory \| `safety\.(\w+)` \|$/gm)];
    assert.deepEqual(
      rows.map(([, name, setting]) => [name, setting]),
      Object.entries(guardOverrides).map(([name, { setting }]) => [name, setting]),
    );
  });

  it("look at types that the provider has", () => {
    const types = judgedTypes.filter((type) => type.startsWith("github:"));
    for (const type of types) {
      const known = (github as unknown as Record<string, { __pulumiType?: string }>)[type.split(":")[2] ?? ""];
      assert.equal(known?.__pulumiType, type);
    }
  });

  it("do not pass what they cannot see", () => {
    const blind = guards.find(({ name }) => name === "pull-requests-hosted") as Guard;
    assert.throws(() => judge(blind, { what: "", resource: { type: pool, props: {} } }), /has no list "members"/);
    assert.throws(() => judge(blind, { what: "", resource: { type: pool, props: { members: [{}] } } }), /no labels/);
  });

  it("judge nothing where a fact is absent", () => {
    assert.deepEqual(judgeAll({ environment: "production" }, {}), { refusals: [], warnings: [] });
    assert.equal(
      factsOf({ type: "random:index:X", name: "x", props: {}, protect: false }, "production", {
        workflows: () => [],
        passphraseIsEmpty: () => false,
      }),
      undefined,
    );
  });

  it("labels: a job that a runner could take is never overlooked, whatever its case and order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(labels, { minLength: 1 }), fc.boolean(), (wanted, upper) => {
        const runsOn = wanted.map((label) => (upper ? label.toUpperCase() : label)).join(", ");
        const facts = workflowFacts("a.yml", `on: push\njobs: { a: { runs-on: [${runsOn}] } }`);
        assert.equal(judgeLabels("r", labels, "production", [facts]).length, 1);
      }),
    );
  });

  it("pins: 40 digits of a commit, a digest, or the same commit", () => {
    for (const uses of [
      `a/b@${sha}`,
      `a/b/c@${sha}`,
      "./x",
      "$/.github/actions/x",
      `docker://a/b@sha256:${"a".repeat(64)}`,
    ])
      assert.ok(isPinned(uses));
    for (const uses of ["a/b@main", `a/b@${sha.slice(1)}`, `a/b@${sha.toUpperCase()}`, "a/b", "docker://a:1"]) {
      assert.ok(!isPinned(uses), uses);
    }
  });

  it("passphrase: the variable wins over the file, and where there is neither nothing is known", () => {
    const files = (text: string) => (): string => text;
    assert.equal(passphraseIsEmpty({ PULUMI_CONFIG_PASSPHRASE: "" }, files("x")), true);
    assert.equal(
      passphraseIsEmpty({ PULUMI_CONFIG_PASSPHRASE: "x", PULUMI_CONFIG_PASSPHRASE_FILE: "f" }, files("")),
      false,
    );
    assert.equal(passphraseIsEmpty({ PULUMI_CONFIG_PASSPHRASE_FILE: "f" }, files("\n")), true);
    assert.equal(passphraseIsEmpty({ PULUMI_CONFIG_PASSPHRASE_FILE: "f" }, files("x\n")), false);
    assert.equal(passphraseIsEmpty({}, files("")), false);
  });
});

/** Facts that break every guard, as the program would give them. */
const unsafe: Facts = {
  environment: "production",
  passphraseIsEmpty: true,
  pool: {
    members: [{ runner: "runner-1", labels: [...labels, "ubuntu-latest"] }],
    events: ["push", "pull_request"],
    workflows: () => [],
  },
  publicAccepted: true,
  repository: { name: "octo-org/demo-app", public: true },
  defaultToken: { canWrite: true, approvesPullRequests: true },
  acceptsUnpinnedActions: true,
  deployment: { environment: "production", reviewers: [] },
  machines: [{ name: "runner-1", protected: false }],
  secrets: [{ name: "DEPLOY_KEY", plaintext: true }],
};

describe("the guards in the program", () => {
  const names = (lines: readonly string[]): string[] => [...new Set(lines.map((line) => line.split(":")[0] ?? ""))];

  it("refuse all at once, each with the command that allows it", () => {
    const { refusals, warnings } = judgeAll(unsafe, {});
    assert.deepEqual(names(refusals), Object.keys(guardOverrides));
    assert.deepEqual(warnings, []);
    for (const refusal of refusals) {
      const { setting, words } = guardOverrides[refusal.split(":")[0] as GuardName];
      assert.ok(refusal.endsWith(`pulumi config set --path 'ghrunners:safety.${setting}' '${words}'`), refusal);
    }
  });

  it("take an override for its own guard alone, and only in its words; it stays a warning", () => {
    const { setting, words } = guardOverrides["production-vm-protected"];
    const { refusals, warnings } = judgeAll(unsafe, { [setting]: words, allowPublicRepository: "yes" });
    assert.deepEqual(names(warnings), ["production-vm-protected"]);
    assert.equal(names(refusals).length, Object.keys(guardOverrides).length - 1);
  });

  it("only warn in staging", () => {
    const { refusals, warnings } = judgeAll({ ...unsafe, environment: "staging" }, {});
    assert.deepEqual(refusals, []);
    assert.ok(names(warnings).includes("default-token-read-only"));
  });
});

describe("the configuration of the policy pack", () => {
  const level = (stack: string, config: object, guard: GuardName = "actions-pinned"): string | undefined =>
    packConfiguration(stack, config as Record<string, unknown>)[guard]?.enforcementLevel;

  it("refuses everywhere but in staging", () => {
    assert.equal(level("production", {}), "mandatory");
    assert.equal(level("lab", { "ghrunners:environment": "lab" }), "mandatory");
    assert.equal(level("anything", { "ghrunners:environment": "staging" }), "advisory");
    assert.equal(level("staging", { "ghrunners:environment": "production" }), "mandatory");
  });

  it("takes an override in its own words only", () => {
    const { setting, words } = guardOverrides["actions-pinned"];
    assert.equal(level("production", { "ghrunners:safety": { [setting]: words } }), "advisory");
    assert.equal(level("production", { "ghrunners:safety": { [setting]: "true" } }), "mandatory");
    assert.equal(level("production", { "ghrunners:safety": { [setting]: words } }, "passphrase-set"), "mandatory");
  });
});
