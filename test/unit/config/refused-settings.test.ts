import assert from "node:assert/strict";
import { publicKeyOf } from "@ghrunners/config/open-ssh-key";
import { parseConfiguration } from "@ghrunners/config/parse";
import { renderProblems } from "@ghrunners/config/problems";
import { schema } from "@ghrunners/config/schema";
import { good, makeKey, patched, problemsOf, raw, runners, secrets } from "./support/settings";

describe("settings that are refused", () => {
  const cases: [what: string, change: Record<string, unknown>, path: string, seen: RegExp, allowed: RegExp][] = [
    ["an unknown key", { procmox: {} }, "procmox", /does not exist/, /proxmox/],
    ["an unknown nested key", patched("network", { gatewey: "x" }), "network.gatewey", /does not exist/, /gateway/],
    ["a group that is no group", { vm: "big" }, "vm", /"big"/, /object/],
    ["plain http", patched("proxmox", { endpoint: "http://pve:8006/" }), "proxmox.endpoint", /http:/, /https URL/],
    ["a repository with .git", { github: { repository: "a/b.git" } }, "github.repository", /b\.git/, /without \.git/],
    [
      "GitHub's own runner group",
      patched("github", { runnerGroup: "default" }),
      "github.runnerGroup",
      /default/,
      /Default/,
    ],
    ["too little memory", { vm: { memoryMiB: 100 } }, "vm.memoryMiB", /100/, /512 to 262144/],
    ["flags in the processor type", { vm: { cpuType: "host,flags=+aes" } }, "vm.cpuType", /flags/, /x86-64-v3, host/],
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

  it("says of each kind of mistake what was seen, what is allowed and the command that fixes it", () => {
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
          allowed: "settings: cores, memoryMiB, diskGiB, cpuType, user",
          next: "pulumi config rm --path 'ghrunners:vm.corse'",
        },
      ].toSorted((one, other) => (one.path < other.path ? 1 : -1)),
    );
    assert.deepEqual(problemsOf({ vm: "{" }), [
      {
        path: "vm",
        seen: '"{"',
        allowed: "structured settings (an object or a list)",
        next: "pulumi config rm ghrunners:vm",
      },
    ]);
    assert.deepEqual(problemsOf({ targets: "{" }), [
      {
        path: "targets",
        seen: '"{"',
        allowed: "structured settings (an object or a list)",
        next: "pulumi config rm ghrunners:targets",
      },
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

  it("refuses a private key with a passphrase", () => {
    assert.equal(publicKeyOf(makeKey("secret words").privateKey), undefined);
    assert.equal(
      publicKeyOf("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"),
      undefined,
    );
    assert.equal(problemsOf({ sshPrivateKey: makeKey("secret words").privateKey })[0]?.path, "sshPrivateKey");
  });
});

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
