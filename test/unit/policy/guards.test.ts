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
import { factsOf, judgedTypes } from "@ghrunners/policy/resource-facts";
import { workflowFacts } from "@ghrunners/policy/workflows";
import { projectRoot } from "@ghrunners/core/project-root";
import { type Example, labels, pool, sha, specification } from "./guard-examples";

function judge(guard: Guard, { resource, others }: Example): readonly string[] {
  const whole = { type: "", name: "x", props: {}, protect: true, ...resource };
  const usual = { environment: "production", workflows: () => [], passphraseIsEmpty: () => false };
  const { environment, ...checkout } = { ...usual, ...others };
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
