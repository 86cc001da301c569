import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { publicKeyOf } from "@ghrunners/config/open-ssh-key";
import { parseConfiguration, type RawConfiguration } from "@ghrunners/config/parse";
import { renderProblems } from "@ghrunners/config/problems";
import { schema } from "@ghrunners/config/schema";
import { projectRoot } from "@ghrunners/core/project-root";

/** A key pair made for this run: no key stands in the repository. */
function makeKey(passphrase = ""): { privateKey: string; publicKey: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-key-"));
  try {
    const file = path.join(folder, "key");
    const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file]);
    assert.equal(made.status, 0, String(made.stderr));
    return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const key = makeKey();

const secrets = {
  proxmoxToken: "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555",
  githubToken: "github_pat_planted_value",
  sshPrivateKey: key.privateKey,
};

const good: Record<string, unknown> = {
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/24" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
  ],
};

function raw(changes: Record<string, unknown> = {}, asSecrets = Object.keys(secrets)): RawConfiguration {
  const merged: Record<string, unknown> = { ...good, ...secrets, ...changes };
  const values = Object.entries(merged).filter(([, value]) => value !== undefined);
  return {
    stack: "test",
    values: Object.fromEntries(
      values.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secrets: asSecrets,
  };
}

function problemsOf(changes: Record<string, unknown>): { path: string; seen: string; allowed: string }[] {
  const result = parseConfiguration(raw(changes));
  return "problems" in result ? [...result.problems] : [];
}

const patched = (group: string, change: Record<string, unknown>): Record<string, unknown> => ({
  [group]: { ...(good[group] as object), ...change },
});

const runners = (...changes: Record<string, unknown>[]): Record<string, unknown> => ({
  runners: (good["runners"] as object[]).map((runner, index) => ({ ...runner, ...changes[index] })),
});

describe("configuration", () => {
  it("fills every default in", () => {
    const result = parseConfiguration(raw());
    assert.ok("settings" in result, JSON.stringify(result));
    const { settings } = result;
    assert.equal(settings.environment, "test");
    assert.deepEqual(settings.network.nameservers, ["192.0.2.1"]);
    assert.equal(settings.network.prefixLength, 24);
    assert.deepEqual(settings.vm, { cores: 4, memoryMiB: 8192, diskGiB: 50, user: "runner" });
    assert.equal(settings.hosts, "manage");
    assert.equal(settings.safety.protect, false);
    assert.equal(settings.smoke.workflow, "runner-smoke.yml");
    assert.equal(settings.sshPublicKey, key.publicKey.split(" ").slice(0, 2).join(" "));
  });

  it("protects production unless told otherwise", () => {
    const protect = (changes: Record<string, unknown>): boolean | undefined => {
      const result = parseConfiguration(raw(changes));
      return "settings" in result ? result.settings.safety.protect : undefined;
    };
    const deployment = { reviewers: ["octocat"], branches: ["main"] };
    assert.equal(protect({ environment: "production", deployment }), true);
    assert.equal(protect({ environment: "production", deployment, safety: { protect: false } }), false);
    assert.equal(protect({ environment: "staging" }), false);
  });

  it("names every missing setting at once, and how to set it", () => {
    const result = parseConfiguration({ stack: "fresh", values: {}, secrets: [] });
    assert.ok("problems" in result);
    assert.deepEqual(
      result.problems.map(({ path: setting }) => setting),
      [
        "proxmox.endpoint",
        "proxmox.node",
        "proxmox.templateId",
        "proxmoxToken",
        "github.repository",
        "githubToken",
        "sshPrivateKey",
        "network.gateway",
        "network.adminCidr",
        "runners",
      ],
    );
    const text = renderProblems("fresh", result.problems);
    assert.match(text, /stack "fresh" has 10 problems/);
    assert.match(text, /pulumi config set --stack fresh --path 'ghrunners:proxmox\.templateId' 9000/);
    assert.match(text, /pulumi config set --stack fresh --secret ghrunners:githubToken$/m);
    assert.match(text, /pulumi config set --stack fresh --path 'ghrunners:runners\[0\]\.role' primary/);
  });

  const cases: [what: string, change: Record<string, unknown>, path: string, seen: RegExp, allowed: RegExp][] = [
    ["an unknown key", { procmox: {} }, "procmox", /does not exist/, /proxmox/],
    ["an unknown nested key", patched("network", { gatewey: "x" }), "network.gatewey", /does not exist/, /gateway/],
    ["a group that is no group", { vm: "big" }, "vm", /"big"/, /object/],
    ["plain http", patched("proxmox", { endpoint: "http://pve:8006/" }), "proxmox.endpoint", /http:/, /https URL/],
    ["a repository with .git", { github: { repository: "a/b.git" } }, "github.repository", /b\.git/, /without \.git/],
    ["too little memory", { vm: { memoryMiB: 100 } }, "vm.memoryMiB", /100/, /512 to 262144/],
    ["a VMID out of range", runners({ vmId: 99 }), "runners[0].vmId", /99/, /100 to/],
    [
      "the runner's own user as administrator",
      { vm: { user: "actions-runner" } },
      "vm.user",
      /actions-runner/,
      /neither/,
    ],
    ["a version GitHub refuses", { agent: { version: "2.328.0" } }, "agent.version", /2\.328\.0/, /2\.329\.0 or newer/],
    [
      "a role that does not exist",
      runners({ role: "tertiary" }),
      "runners[0].role",
      /tertiary/,
      /primary or secondary/,
    ],
    ["two primaries", runners({}, { role: "primary" }), "runners[1].role", /2 runners/, /exactly one/],
    ["no primary", runners({ role: "secondary" }), "runners[0].role", /0 runners/, /exactly one/],
    ["a runner name used twice", runners({}, { name: "one" }), "runners[1].name", /runners\[0\]/, /of its own/],
    ["a VMID used twice", runners({}, { vmId: 151 }), "runners[1].vmId", /runners\[0\]/, /of its own/],
    [
      "an address used twice",
      runners({}, { address: "192.0.2.51" }),
      "runners[1].address",
      /runners\[0\]/,
      /of its own/,
    ],
    ["the template's VMID", runners({ vmId: 9000 }), "runners[0].vmId", /template/, /of its own/],
    ["the gateway's address", runners({ address: "192.0.2.1" }), "runners[0].address", /gateway/, /of its own/],
    [
      "an address elsewhere",
      runners({ address: "192.0.3.51" }),
      "runners[0].address",
      /192\.0\.3\.51/,
      /192\.0\.2\.1 to 192\.0\.2\.254/,
    ],
    ["the broadcast address", runners({ address: "192.0.2.255" }), "runners[0].address", /255/, /to 192\.0\.2\.254/],
    [
      "a CIDR with host bits",
      patched("network", { adminCidr: "192.0.2.1/24" }),
      "network.adminCidr",
      /192\.0\.2\.1/,
      /no bits/,
    ],
    [
      "every address as an administrator",
      patched("network", { adminCidr: "0.0.0.0/0" }),
      "network.adminCidr",
      /0\.0\.0\.0\/0/,
      /\/8 to \/32/,
    ],
    ["an octal-looking address", patched("network", { gateway: "192.0.2.01" }), "network.gateway", /01/, /IPv4/],
    [
      "half a pinned archive",
      { agent: { downloadUrl: "https://x.example/a.tar.gz" } },
      "agent.sha256",
      /nothing/,
      /together/,
    ],
    ["a label it has already", { agent: { extraLabels: ["Linux"] } }, "agent.extraLabels[0]", /Linux/, /already/],
    ["force as a flag", { safety: { force: "yes" } }, "safety.force", /yes/, /exactly "change a runner/],
  ];
  for (const [what, change, setting, seen, allowed] of cases) {
    it(`refuses a configuration with ${what}`, () => {
      const problem = problemsOf(change).find((candidate) => candidate.path === setting);
      assert.ok(problem, JSON.stringify(problemsOf(change)));
      assert.match(problem.seen, seen);
      assert.match(problem.allowed, allowed);
    });
  }

  it("refuses a unit name that GitHub would shorten at random", () => {
    const change = { github: { repository: `octo-org/${"r".repeat(100)}` }, ...runners({ name: "n".repeat(40) }) };
    const problem = problemsOf(change).find(({ path: setting }) => setting === "runners[0].name");
    assert.match(problem?.allowed ?? "", /at most 150/);
  });

  it("reports all of many problems", () => {
    const found = problemsOf({ ...patched("proxmox", { node: "" }), vm: { cores: 0, diskGiB: 1 }, hosts: "maybe" });
    assert.deepEqual(
      found.map(({ path: setting }) => setting),
      ["proxmox.node", "vm.cores", "vm.diskGiB", "hosts"],
    );
  });

  it("checks settings against one another where others are malformed", () => {
    const found = problemsOf({ vm: { cores: 0 }, ...runners({}, { vmId: 151 }) });
    assert.deepEqual(
      found.map(({ path: setting }) => setting),
      ["vm.cores", "runners[1].vmId"],
    );
  });

  it("refuses a secret in plain text, and shows no secret's value", () => {
    const plain = parseConfiguration(raw({}, []));
    assert.ok("problems" in plain);
    assert.deepEqual(
      plain.problems.map(({ path: setting }) => setting),
      Object.keys(secrets),
    );
    const planted = "planted secret with blanks";
    const result = parseConfiguration(raw({ githubToken: planted, proxmoxToken: planted, sshPrivateKey: planted }));
    assert.ok("problems" in result);
    assert.equal(result.problems.length, 3);
    assert.ok(!renderProblems("test", result.problems).includes(planted));
  });

  it("says of each kind of mistake what was seen, what is allowed and the command that mends it", () => {
    assert.deepEqual(
      problemsOf({ procmox: "{}", vm: { corse: 1 } }),
      [
        {
          path: "procmox",
          seen: "a setting that does not exist",
          allowed: `settings: ${Object.keys(schema.shape).join(", ")}`,
          next: "pulumi config rm ghrunners:procmox",
        },
        {
          path: "vm.corse",
          seen: "a setting that does not exist",
          allowed: "settings: cores, memoryMiB, diskGiB, user",
          next: "pulumi config rm --path 'ghrunners:vm.corse'",
        },
      ].toSorted((one, other) => (one.path < other.path ? 1 : -1)),
    );
    assert.deepEqual(problemsOf({ vm: "{" }), [
      { path: "vm", seen: '"{"', allowed: "structured settings (an object or a list)" },
    ]);
    assert.deepEqual(problemsOf({ targets: "{" }), [
      { path: "targets", seen: '"{"', allowed: "structured settings (an object or a list)" },
    ]);
    assert.deepEqual(problemsOf({ vm: { cores: 0 }, hosts: "maybe" }), [
      { path: "vm.cores", seen: "0", allowed: "a whole number, 1 to 64" },
      { path: "hosts", seen: '"maybe"', allowed: "manage or skip" },
    ]);
    assert.deepEqual(problemsOf({ ...runners({ vmId: null }) }).slice(0, 1), [
      { path: "runners[0].vmId", seen: "null", allowed: "a whole number, 100 to 999999999" },
    ]);
    assert.deepEqual(problemsOf({ sshPrivateKey: makeKey("secret words").privateKey }), [
      {
        path: "sshPrivateKey",
        seen: "a key that cannot be read",
        allowed: "an OpenSSH private key without a passphrase",
      },
    ]);
    const plain = parseConfiguration(raw({ secretValues: { A: "x" } }));
    assert.ok("problems" in plain);
    assert.deepEqual(plain.problems[0], {
      path: "secretValues",
      seen: "a value stored in plain text",
      allowed: "a value stored with --secret",
    });
  });

  it("takes texts as they are, and what is empty as absent where it is a secret", () => {
    const numbers = parseConfiguration(
      raw({ environment: "123", exporterToken: "", failoverToken: "12345678" }, [
        ...Object.keys(secrets),
        "failoverToken",
      ]),
    );
    assert.ok("settings" in numbers, JSON.stringify(numbers));
    assert.equal(numbers.settings.environment, "123", "no JSON is read from it");
    assert.deepEqual([numbers.settings.exporterToken, numbers.settings.failoverToken], [undefined, "12345678"]);
    const named = parseConfiguration(raw({ ...patched("network", { nameservers: ["192.0.2.9"] }) }));
    assert.deepEqual("settings" in named && named.settings.network.nameservers, ["192.0.2.9"]);
  });

  it("refuses a private key with a passphrase", () => {
    assert.equal(publicKeyOf(makeKey("secret words").privateKey), undefined);
    assert.equal(
      publicKeyOf("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"),
      undefined,
    );
    assert.equal(problemsOf({ sshPrivateKey: makeKey("secret words").privateKey })[0]?.path, "sshPrivateKey");
  });

  for (const [file, missing] of [
    ["lab/stacks/Pulumi.lab.yaml", ["monitoring.hostKey", "targets[0].hostKey"]],
    ["Pulumi.staging.yaml", ["runners[0].address", "monitoring.hostKey"]],
    ["Pulumi.production.yaml", ["runners[1].address", "monitoring.hostKey"]],
  ] as const) {
    it(`${file} is complete except for secrets and values that differ for each user`, () => {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      const { config } = parseYaml(text) as { config: Record<string, unknown> };
      const values = Object.entries({ ...config, ...prefixed(secrets) })
        .filter(([name]) => name.startsWith("ghrunners:"))
        .map(([name, value]) => [
          name.replace("ghrunners:", ""),
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
      const result = parseConfiguration({
        stack: path.basename(file, ".yaml").replace("Pulumi.", ""),
        values: Object.fromEntries(values) as Record<string, string>,
        secrets: Object.keys(secrets),
      });
      const paths = "problems" in result ? result.problems.map((problem) => problem.path) : [];
      assert.deepEqual(paths, missing);
      assert.ok(!text.includes("secure:"));
    });
  }
});

const prefixed = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`ghrunners:${name}`, value]));

describe("templates of other nodes", () => {
  const [first] = good.runners as object[];
  const proxmox = good.proxmox as object;
  const said = (changes: Record<string, unknown>): string[] =>
    problemsOf(changes).map(({ path: at, seen, allowed }) => `${at}: seen ${seen}, expected ${allowed}`);

  it("are refused for the node that has proxmox.templateId", () => {
    assert.deepEqual(said({ proxmox: { ...proxmox, templates: { pve1: 9001 } } }), [
      "proxmox.templates.pve1: seen 9001, for the node proxmox.node, " +
        "expected other nodes only: proxmox.templateId is the template there",
    ]);
  });

  it("are wanted for each node that a runner is placed on", () => {
    assert.deepEqual(
      said({ runners: [first, { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52", node: "pve2" }] }),
      [
        "proxmox.templates.pve2: seen nothing, " +
          "expected the VMID of the template on node pve2, because a runner is placed there",
      ],
    );
  });
});
