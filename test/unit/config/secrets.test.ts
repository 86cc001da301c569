import assert from "node:assert/strict";
import fc from "fast-check";
import { documentationOf, isSecret, commandFor } from "@ghrunners/config/documentation";
import { schema } from "@ghrunners/config/schema";
import {
  secret,
  secretGenerations,
  secretProblems,
  secrets,
  type SecretGroups,
  type SecretSettings,
  secretValues,
} from "@ghrunners/config/secrets";
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
    ["a secret name used twice", { secrets: [entry(), entry()] }, ["secrets[1].name"]],
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
    it(`refuses settings of secrets with ${what}`, () => assert.deepEqual(paths(changes), expected));
  }

  for (const name of ["GITHUB_TOKEN", "lower", "1ST", "WITH-HYPHEN", ""]) {
    it(`refuses the name "${name}"`, () => assert.throws(() => entry({ name })));
  }

  it("takes settings of secrets at the end of each range, and refuses those beyond it", () => {
    const takes = (changes: Record<string, unknown>): boolean => {
      const base = { name: "T", owner: "o", purpose: "p", source: { kind: "random" } };
      return secret.safeParse({ ...base, ...changes }).success;
    };
    const long = (length: number) => "N".repeat(length);
    const ranges: [key: string, taken: unknown[], refused: unknown[]][] = [
      ["name", ["A", "_9", "XGITHUB_", "GITHUB", long(100)], [long(101), "A-B", " A", "A ", "aB", "Ab", "9A"]],
      ["owner", ["a", "a b", long(200)], ["", long(201), "a\n", "\na", "\r"]],
      ["purpose", ["a", long(200)], ["", long(201), "a\nb"]],
      ["scope", ["environment", "repository"], ["organisation", ""]],
      ["rotateDays", [1, 3650], [0, 3651, 1.5]],
      ["source", [{ kind: "config" }, { kind: "random" }, { kind: "ssh-key" }], [{ kind: "file" }, {}, { typo: 1 }]],
    ];
    for (const [key, taken, refused] of ranges) {
      for (const value of taken) assert.ok(takes({ [key]: value }), `${key} ${JSON.stringify(value)}`);
      for (const value of refused) assert.ok(!takes({ [key]: value }), `${key} ${JSON.stringify(value)}`);
    }
    const source = (changes: object) => takes({ source: { kind: "random", ...changes } });
    assert.deepEqual(
      [15, 16, 128, 129].map((length) => source({ length })),
      [false, true, true, false],
    );
    const targets = ["a", "a-9", "x".repeat(63), "", "A", "a_b", "a ", " a", "x".repeat(64)];
    assert.deepEqual(
      targets.map((name) => source({ targets: [name] })),
      targets.map((_, index) => index < 3),
    );
    assert.deepEqual([source({ typo: 1 }), takes({ typo: 1 })], [false, false]);
    assert.deepEqual(
      [secrets.parse(undefined), secretValues.parse(undefined), secretGenerations.parse(undefined)],
      [[], {}, {}],
    );
    const kibi = 48 * 1024;
    assert.deepEqual(
      ["x", "x".repeat(kibi), "", "x".repeat(kibi + 1), "é".repeat(kibi / 2 + 1)].map(
        (text) => secretValues.safeParse({ A: text }).success,
      ),
      [true, true, false, false, false],
    );
    assert.deepEqual(
      [1, 1_000_000, 0, 1_000_001, 1.5].map((count) => secretGenerations.safeParse({ A: count }).success),
      [true, true, false, false, false],
    );
  });

  it("says what was seen, what is allowed, and the next command where it is another", () => {
    const problems = (changes: Partial<SecretGroups>): unknown => secretProblems(groups(changes));
    assert.deepEqual(problems({ secrets: [entry(), entry()] }), [
      {
        path: "secrets[1].name",
        seen: '"API_TOKEN", as secrets[0] has it',
        allowed: "a name of its own for every entry",
        next: "pulumi config set --path 'ghrunners:secrets[1].name' '<name>'",
      },
    ]);
    assert.deepEqual(problems({ targets: [app, app] }), [
      {
        path: "targets[1].name",
        seen: '"app", as targets[0] has it',
        allowed: "a name of its own for every entry",
        next: "pulumi config set --path 'ghrunners:targets[1].name' '<name>'",
      },
    ]);
    const key = (...targets: string[]) => [entry({ source: { kind: "ssh-key", targets } })];
    const unknown = { path: "secrets[0].source.targets[0]", seen: '"db"' };
    const web = { ...app, name: "web" };
    assert.deepEqual(problems({ secrets: key("db"), targets: [app, web] }), [
      {
        ...unknown,
        allowed: "one of: app, web",
        next: "pulumi config set --path 'ghrunners:secrets[0].source.targets[0]' '<app or web>'",
      },
    ]);
    assert.deepEqual(problems({ secrets: key("db"), targets: [] }), [
      {
        ...unknown,
        allowed: "a name of targets, which is empty",
        next: "add the host to ghrunners:targets",
      },
    ]);
    assert.deepEqual(problems({ secrets: key() }), [
      {
        path: "secrets[0].source.targets",
        seen: "nothing",
        allowed: "at least one target for an ssh-key",
        next: "pulumi config set --path 'ghrunners:secrets[0].source.targets[0]' '<app>'",
      },
    ]);
    assert.deepEqual(problems({ secrets: [entry({ source: { kind: "random", targets: ["app"] } })] }), [
      {
        path: "secrets[0].source.targets",
        seen: "targets of a random secret",
        allowed: "nothing",
        next: "pulumi config rm --path 'ghrunners:secrets[0].source.targets'",
      },
    ]);
    assert.deepEqual(problems({ secrets: [entry()], manages: { environment: false, repository: true } }), [
      {
        path: "secrets[0].scope",
        seen: "environment, which this stack does not manage",
        allowed: "the group deployment, which makes the environment",
        next: "pulumi config set --path 'ghrunners:deployment.branches[0]' main",
      },
    ]);
    const wide = [entry({ scope: "repository" })];
    assert.deepEqual(problems({ secrets: wide, manages: { environment: true, repository: false } }), [
      {
        path: "secrets[0].scope",
        seen: "repository, which this stack does not manage",
        allowed: "repository.manage: true, in the one stack that manages the repository",
        next: "pulumi config set --path 'ghrunners:repository.manage' true",
      },
    ]);
    assert.deepEqual(problems({ secrets: [entry({ source: { kind: "config" } })] }), [
      { path: "secretValues.API_TOKEN", seen: "nothing", allowed: "the value of the secret API_TOKEN" },
    ]);
    const value = (seen: string, name: string) => ({
      path: `secretValues.${name}`,
      seen,
      allowed: "values of secrets whose source is config or ssh-key",
      next: `pulumi config rm --path 'ghrunners:secretValues.${name}'`,
    });
    assert.deepEqual(problems({ secrets: [entry()], secretValues: { OTHER: "x", API_TOKEN: "y" } }), [
      value("a value of no secret", "OTHER"),
      value("a value of a random secret", "API_TOKEN"),
    ]);
    const generation = {
      path: "secretGenerations.API_TOKEN",
      seen: "a generation of no random secret",
      allowed: "names of secrets whose source is random",
      next: "pulumi config rm --path 'ghrunners:secretGenerations.API_TOKEN'",
    };
    const generations = { secretGenerations: { API_TOKEN: 2 } };
    assert.deepEqual(problems(generations), [generation]);
    assert.deepEqual(problems({ ...generations, secrets: [entry()] }), []);
    assert.deepEqual(problems({ ...generations, secrets: [entry({ name: "OTHER" })] }), [generation]);
    assert.deepEqual(problems({ ...generations, secrets: key("app"), secretValues: { API_TOKEN: "k" } }), [generation]);
  });

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
