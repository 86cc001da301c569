import assert from "node:assert/strict";
import fc from "fast-check";
import { documentationOf, isSecret, commandFor } from "@ghrunners/config/documentation";
import { schema } from "@ghrunners/config/schema";
import { secret, secretProblems, type SecretGroups, type SecretSettings } from "@ghrunners/config/secrets";
import { target, type TargetSettings } from "@ghrunners/config/targets";

const entry = (changes: Record<string, unknown> = {}): SecretSettings =>
  secret.parse({ name: "API_TOKEN", owner: "platform", purpose: "the API", source: { kind: "random" }, ...changes });
const app: TargetSettings = target.parse({
  name: "app",
  address: "192.0.2.60",
  hostKey: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTI=",
});

const groups = (changes: Partial<SecretGroups>): SecretGroups => ({
  secrets: [],
  targets: [app],
  secretValues: {},
  secretGenerations: {},
  manages: { environment: true, repository: true },
  ...changes,
});
const paths = (changes: Partial<SecretGroups>): string[] => secretProblems(groups(changes)).map(({ path }) => path);

describe("secrets in the configuration", () => {
  it("fills in a quarter, the environment and a length", () => {
    const { rotateDays, scope, source } = entry();
    assert.deepEqual(
      { rotateDays, scope, source },
      { rotateDays: 90, scope: "environment", source: { kind: "random", length: 32, targets: [] } },
    );
  });

  it("accepts a complete list", () => {
    const list = [
      entry(),
      entry({ name: "DEPLOY_KEY", source: { kind: "ssh-key", targets: ["app"] } }),
      entry({ name: "LICENCE", source: { kind: "config" }, scope: "repository" }),
    ];
    assert.deepEqual(paths({ secrets: list, secretValues: { LICENCE: "text", DEPLOY_KEY: "key" } }), []);
  });

  const refused: [string, Partial<SecretGroups>, string[]][] = [
    ["a name used twice", { secrets: [entry(), entry()] }, ["secrets[1].name"]],
    ["a target's name used twice", { targets: [app, app] }, ["targets[1].name"]],
    [
      "an unknown target",
      { secrets: [entry({ source: { kind: "ssh-key", targets: ["app", "web"] } })] },
      ["secrets[0].source.targets[1]"],
    ],
    ["an ssh-key for no target", { secrets: [entry({ source: { kind: "ssh-key" } })] }, ["secrets[0].source.targets"]],
    [
      "targets of a random secret",
      { secrets: [entry({ source: { kind: "random", targets: ["app"] } })] },
      ["secrets[0].source.targets"],
    ],
    [
      "a config secret without its value",
      { secrets: [entry({ source: { kind: "config" } })] },
      ["secretValues.API_TOKEN"],
    ],
    ["a value of no secret", { secretValues: { OTHER: "x" } }, ["secretValues.OTHER"]],
    [
      "a value of a random secret",
      { secrets: [entry()], secretValues: { API_TOKEN: "x" } },
      ["secretValues.API_TOKEN"],
    ],
    ["a generation of no secret", { secretGenerations: { OTHER: 2 } }, ["secretGenerations.OTHER"]],
    [
      "an environment's secret where no environment is managed",
      { secrets: [entry()], manages: { environment: false, repository: true } },
      ["secrets[0].scope"],
    ],
    [
      "a repository's secret in a stack that does not manage the repository",
      { secrets: [entry({ scope: "repository" })], manages: { environment: true, repository: false } },
      ["secrets[0].scope"],
    ],
  ];
  for (const [what, changes, expected] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(paths(changes), expected));
  }

  for (const name of ["GITHUB_TOKEN", "lower", "1ST", "WITH-HYPHEN", ""]) {
    it(`refuses the name "${name}"`, () => assert.throws(() => entry({ name })));
  }

  it("never shows a value", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("A", "B", "API_TOKEN"), fc.constant("planted-value")),
        (secretValues) => {
          const report = JSON.stringify(secretProblems(groups({ secrets: [entry()], secretValues })));
          assert.ok(!report.includes("planted-value"));
        },
      ),
    );
    assert.ok(isSecret("secretValues.API_TOKEN"));
    assert.equal(
      commandFor("secretValues.API_TOKEN"),
      "pulumi config set --secret --path 'ghrunners:secretValues.API_TOKEN' < SECRET_FILE",
    );
    assert.ok(documentationOf("secretValues").description);
    assert.ok("secretValues" in schema.shape);
  });
});
