import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "@ghrunners/cli/drift/compare";
import type { DriftExpectation } from "@ghrunners/cli/drift/expectation";
import type { DriftObservation } from "@ghrunners/cli/drift/observation";
import { renderDrift } from "@ghrunners/cli/drift/render";
import { goTime } from "@ghrunners/cli/drift/state";
import { publishedSchema } from "../../../support/published-schema";

const at = new Date("2026-03-01T12:00:00Z");
const ours = "ssh-ed25519 AAAAours";
const sum = (file: string, digit: string) => ({
  path: `/etc/x/ghrunners.production.${file}`,
  sha256: digit.repeat(64),
});
const files = [sum("a.yml", "a"), sum("b.json", "b")];
const expected: DriftExpectation = {
  stack: "production",
  githubUrl: "https://github.com",
  repositoryName: "octo-org/demo-app",
  publicAllowed: false,
  label: "production",
  knownRunners: ["staging-*"],
  deliveries: true,
  environment: {
    name: "production",
    waitMinutes: 5,
    reviewerIds: [1003],
    preventSelfReview: true,
    adminsCanBypass: false,
    branches: ["main"],
    tags: [],
  },
  secrets: [{ scope: "environment", name: "API", updatedAt: "2026-01-01T00:00:00Z", urn: "urn:api" }],
  variables: [{ scope: "environment", name: "URL", value: "https://a.example" }],
  repository: {
    forkApproval: "all_external_contributors",
    defaultToken: "read",
    mayApprove: false,
    allowedActions: "selected",
    shaPinning: true,
    ruleset: { name: "rules", enforcement: "active" },
  },
  runners: [
    {
      name: "one",
      id: 7,
      labels: ["self-hosted", "production"],
      version: "2.336.0",
      unit: "one.service",
      host: { host: "192.0.2.51", user: "runner", hostKey: "ssh-ed25519 AAAA" },
      configuration: "0123456789ab",
      machine: "urn:one",
    },
  ],
  monitoring: {
    host: { host: "192.0.2.9", user: "operator", hostKey: "ssh-ed25519 AAAA" },
    owner: "ghrunners.production",
    folders: ["/etc/x"],
    alertmanager: undefined,
    files,
  },
  hosts: [
    {
      name: "one",
      host: "192.0.2.51",
      user: "runner",
      hostKey: "ssh-ed25519 AAAA",
      unit: { name: "one.service", configuration: "0123456789ab", machine: "urn:one" },
      keys: [{ key: ours, name: "sshPrivateKey" }],
    },
  ],
};
const unit = {
  enabled: "enabled",
  active: "active",
  user: "actions-runner",
  dropIns: ["/etc/systemd/system/one.service.d/ghrunners.conf"],
  configuration: "0123456789ab",
  writable: "",
  unusable: "",
  words: "",
  hasCredentials: true,
  jobs: 0,
};
const vitals = { clock: 1_764_000_000, disk: 0.2, inodes: 0.1 };
const intruder = (file: string) => ({
  ...{ user: "root", file, changedBy: "root", key: "ssh-rsa AAAAevil", comment: "me" },
});
const host = {
  name: "one",
  keys: [{ user: "runner", file: "/etc/ssh/authorized_keys/runner", changedBy: "root", key: ours, comment: "" }],
  vitals,
  unit,
};
const environment = {
  ...expected.environment!,
  reviewers: ["release-reviewer"],
  reviewerIds: { "release-reviewer": 1003 },
  customPolicies: true,
  policies: [{ id: 1, type: "branch" as const, name: "main" }],
};
const idle = { online: true, busy: false, version: undefined };
const asExpected = {
  public: false,
  environment,
  repository: { ...expected.repository!, rulesets: [{ name: "rules", enforcement: "active" }] },
  secrets: expected.secrets,
  variables: expected.variables,
  runners: [{ ...idle, id: 7, name: "one", labels: ["Production", "self-hosted"] }],
  hosts: [host],
  monitoring: files,
  unknown: [],
  errors: [],
} satisfies DriftObservation;

const drift = (changes: Partial<DriftObservation>) => compare(expected, { ...asExpected, ...changes }, at);
const repository = asExpected.repository;

describe("drift between the three planes", () => {
  it("is empty if nothing was changed", () => assert.deepEqual(drift({}).findings, []));

  it("knows the repository's secrets that the workflows read, and no environment's of these names", () => {
    const secret = { name: "RUNNER_VIEW_TOKEN", updatedAt: "2026-02-01T00:00:00Z" };
    const secrets = (scope: "repository" | "environment") => [...expected.secrets, { ...secret, scope }];
    assert.deepEqual(drift({ secrets: secrets("repository") }).findings, []);
    assert.deepEqual(
      drift({ secrets: secrets("environment") }).findings.map(({ id }) => id),
      ["secret-unknown"],
    );
  });

  it("knows the stacks' own secrets in the environment, where only its jobs read them", () => {
    const secret = {
      scope: "environment" as const,
      name: "PULUMI_CONFIG_PASSPHRASE",
      updatedAt: "2026-02-01T00:00:00Z",
    };
    assert.deepEqual(drift({ secrets: [...expected.secrets, secret] }).findings, []);
  });

  const cases: [string, Partial<DriftObservation>, RegExp][] = [
    ["repository-public", { public: true }, /^gh repo edit octo-org\/demo-app --visibility private/],
    [
      "repository-renamed",
      { repositoryName: "octo-org/shop" },
      /^pulumi config set --path 'ghrunners:github.repository' 'octo-org\/shop' --stack /,
    ],
    ["environment-missing", { environment: null }, /up --refresh/],
    ["environment-reviewers", { environment: { ...environment, reviewers: [] } }, /restore-protection/],
    ["environment-self-review", { environment: { ...environment, preventSelfReview: false } }, /restore-protection/],
    ["environment-bypass", { environment: { ...environment, adminsCanBypass: true } }, /restore-protection/],
    ["environment-wait", { environment: { ...environment, waitMinutes: 0 } }, /restore-protection/],
    ["environment-refs", { environment: { ...environment, customPolicies: false, policies: [] } }, /--refresh/],
    ["environment-ref-missing", { environment: { ...environment, policies: [] } }, /--refresh/],
    [
      "environment-ref-unknown",
      { environment: { ...environment, policies: [...environment.policies, { id: 9, type: "tag", name: "*" }] } },
      /deployment-branch-policies\/9$/,
    ],
    ["secret-missing", { secrets: [] }, /--refresh/],
    [
      "secret-overwritten",
      { secrets: [{ ...expected.secrets[0]!, updatedAt: "2026-02-01T00:00:00Z" }] },
      /--replace 'urn:api'/,
    ],
    [
      "secret-unknown",
      { secrets: [...expected.secrets, { scope: "environment", name: "X", updatedAt: "2026-02-01T00:00:00Z" }] },
      /^gh secret delete X --repo octo-org\/demo-app --env production$/,
    ],
    ["variable-changed", { variables: [{ ...expected.variables[0]!, value: "https://b.example" }] }, /--refresh/],
    ["fork-approval", { repository: { ...repository, forkApproval: "first_time_contributors" } }, /--refresh/],
    ["default-token", { repository: { ...repository, defaultToken: "write" } }, /--refresh/],
    ["token-approves", { repository: { ...repository, mayApprove: true } }, /--refresh/],
    ["allowed-actions", { repository: { ...repository, allowedActions: "all" } }, /--refresh/],
    ["sha-pinning", { repository: { ...repository, shaPinning: false } }, /--refresh/],
    ["ruleset", { repository: { ...repository, rulesets: [{ name: "rules", enforcement: "disabled" }] } }, /--refresh/],
    ["runner-missing", { runners: [] }, /--refresh/],
    ["runner-labels", { runners: [{ ...idle, id: 7, name: "one", labels: ["self-hosted"] }] }, /--refresh/],
    [
      "runner-unknown",
      { runners: [...asExpected.runners, { ...idle, id: 8, name: "x", labels: ["production"] }] },
      /actions\/runners\/8$/,
    ],
    ["unit-enabled", { hosts: [{ ...host, unit: { ...unit, enabled: "disabled" } }] }, /--refresh/],
    ["unit-active", { hosts: [{ ...host, unit: { ...unit, active: "inactive" } }] }, /--refresh/],
    ["unit-credentials", { hosts: [{ ...host, unit: { ...unit, hasCredentials: false } }] }, /--refresh/],
    ["unit-user", { hosts: [{ ...host, unit: { ...unit, user: "root" } }] }, /--replace 'urn:one'/],
    ["unit-drop-in", { hosts: [{ ...host, unit: { ...unit, dropIns: ["/etc/x.conf"] } }] }, /--replace/],
    ["unit-configuration", { hosts: [{ ...host, unit: { ...unit, configuration: "ffffffffffff" } }] }, /--replace/],
    [
      "unit-writable",
      { hosts: [{ ...host, unit: { ...unit, writable: "/opt/actions-runner/.env" } }] },
      /--replace 'urn:one'/,
    ],
    ["key-missing", { hosts: [{ ...host, keys: [] }] }, /--replace/],
    [
      "key-unknown",
      { hosts: [{ ...host, keys: [...host.keys, intruder("/etc/ssh/keys/root")] }] },
      /^ssh runner@192\.0\.2\.51 sudo sed -i .*AAAAevil.* \/etc\/ssh\/keys\/root$/,
    ],
  ];
  const restored = /^ghrunners restore-monitoring --stack production$/;
  cases.push(
    ["monitoring-file-changed", { monitoring: [sum("a.yml", "f"), files[1]!] }, restored],
    ["monitoring-file-missing", { monitoring: [files[0]!] }, restored],
    ["monitoring-file-unknown", { monitoring: [...files, sum("c.yml", "c")] }, restored],
  );
  it("finds a runner that takes deliveries and that no configuration names", () => {
    const others = [...asExpected.runners, { ...idle, id: 8, name: "rogue", labels: ["self-hosted", "Delivery"] }];
    const [finding, ...more] = drift({ runners: others }).findings;
    assert.deepEqual([finding?.id, finding?.severity, more], ["runner-unknown", "critical", []]);
    assert.match(JSON.stringify(finding), /registered as 8, takes jobs for the label delivery.*actions\/runners\/8"/);
    // A stack without a delivery runner and without a list of known ones cannot say which is meant.
    const unminding = { ...expected, deliveries: false };
    assert.deepEqual(compare(unminding, { ...asExpected, runners: others }, at).findings, []);
  });

  it("finds no stranger in a runner that monitoring.knownRunners names", () => {
    const other = (name: string) => ({ ...idle, id: 8, name, labels: ["production"] });
    const ids = (name: string): string[] =>
      drift({ runners: [...asExpected.runners, other(name)] }).findings.map(({ id }) => id);
    assert.deepEqual(ids("staging-runner"), []);
    assert.deepEqual(ids("stage-runner"), ["runner-unknown"]);
  });

  for (const [id, changes, repair] of cases) {
    it(`finds what drifted between configuration, state and reality: ${id}`, () => {
      const report = drift(changes);
      assert.deepEqual(
        report.findings.map((finding) => finding.id),
        [id],
      );
      assert.match(report.findings[0]!.repair, repair);
      assert.equal(report.clean, false);
      assert.ok(renderDrift(report).includes(report.findings[0]!.repair));
    });
  }

  it("finds no approval policy for forks amiss on a private repository, which has none", () =>
    assert.deepEqual(drift({ repository: { ...repository, forkApproval: undefined } }).findings, []));

  it("names the file on the monitoring host, and reports nothing there if the host was not read", () => {
    const { findings } = drift({ monitoring: [sum("a.yml", "f")] });
    assert.deepEqual(
      findings.map(({ subject, seen }) => `${subject}: ${seen}`),
      [
        "/etc/x/ghrunners.production.a.yml on 192.0.2.9: SHA-256 ffffffffffff",
        "/etc/x/ghrunners.production.b.json on 192.0.2.9: no such file",
      ],
    );
    assert.deepEqual(drift({ monitoring: undefined }).findings, []);
    assert.deepEqual(compare({ ...expected, monitoring: undefined }, asExpected, at).findings, []);
  });

  it("is not clean where something could not be read", () => {
    const report = drift({ unknown: ["environment", "runners"], errors: ["GitHub does not answer"] });
    assert.equal(report.clean, false);
    assert.deepEqual(report.unknown, ["environment", "runners"]);
    assert.match(
      renderDrift(report),
      /Unknown: environment, runners\. Could not be read:.*\n {2}- GitHub does not answer/,
    );
  });

  it("finds no difference in what GitHub did not show", () => {
    const unread = { secrets: undefined, variables: undefined, runners: undefined };
    const report = drift({ ...unread, errors: ["GitHub rejected the token"] });
    assert.deepEqual([report.findings, report.errors], [[], ["GitHub rejected the token"]]);
  });

  it("leaves other environments' runners alone", () => {
    const others = [
      ...asExpected.runners,
      { ...idle, id: 9, name: "staging-runner", labels: ["self-hosted", "staging"] },
    ];
    assert.deepEqual(drift({ runners: others }).findings, []);
  });

  it("keeps to its published schema, whatever is changed", () => {
    const ajv = addFormats(new Ajv({ allErrors: true }));
    const valid = ajv.compile(publishedSchema("drift"));
    fc.assert(
      fc.property(fc.subarray(cases), (some) => {
        const changes = Object.assign({}, ...some.map(([, change]) => change)) as Partial<DriftObservation>;
        assert.ok(valid(JSON.parse(JSON.stringify(drift(changes)))), JSON.stringify(valid.errors));
      }),
    );
  });

  it("reads the provider's times", () => {
    assert.equal(goTime("2026-11-22 08:36:42 +0000 UTC"), "2026-11-22T08:36:42Z");
    assert.equal(goTime("2026-11-22T08:36:42Z"), "2026-11-22T08:36:42Z");
  });
});
