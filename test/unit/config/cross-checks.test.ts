import assert from "node:assert/strict";
import { crossCheck, templateSource, type WellFormed } from "@ghrunners/config/cross-checks";
import { deployment } from "@ghrunners/config/deployment";
import type { Problem } from "@ghrunners/config/problem";
import { repository } from "@ghrunners/config/repository";
import { safety } from "@ghrunners/config/safety";
import { schema } from "@ghrunners/config/schema";
import { secret } from "@ghrunners/config/secrets";
import { runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";

const { agent, github, monitoring, network, proxmox, runners } = schema.shape;

const pool = (...changes: Record<string, unknown>[]) =>
  runners.parse([
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51", ...changes[0] },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52", ...changes[1] },
  ]);
const net = network.parse({ gateway: "192.0.2.1", adminCidr: "192.0.2.0/24" });
const check = (groups: WellFormed, environment = "test"): Problem[] => crossCheck(groups, environment);

describe("checks between settings", () => {
  it("find nothing where nothing is given, and where all is right", () => {
    assert.deepEqual(check({}), []);
    assert.deepEqual(check({ runners: pool(), network: net, github: github.parse({ repository: "o/r" }) }), []);
  });

  it("refuse a runner with the template's VMID", () => {
    const template = proxmox.parse({ endpoint: "https://pve.example/", node: "pve1", templateId: 151 });
    assert.deepEqual(check({ runners: pool(), proxmox: template }), [
      { path: "runners[0].vmId", seen: "151, the template's", allowed: "a VMID of its own" },
    ]);
    assert.deepEqual(check({ runners: pool() }), []);
  });

  it("ask for a template on every node that a runner names, and for none on the usual node", () => {
    const settings = (templates: Record<string, number>) =>
      proxmox.parse({ endpoint: "https://pve.example/", node: "pve1", templateId: 9000, templates });
    const apart = pool({ node: "pve1" }, { node: "pve2" });
    assert.deepEqual(check({ runners: apart, proxmox: settings({ pve2: 9001 }) }), []);
    assert.deepEqual(
      check({ runners: apart, proxmox: settings({ pve1: 9001 }) }).map(({ path, next }) => [path, next]),
      [
        ["proxmox.templates.pve1", "pulumi config rm --path 'ghrunners:proxmox.templates.pve1'"],
        ["proxmox.templates.pve2", "pulumi config set --path 'ghrunners:proxmox.templates.pve2' VMID"],
      ],
    );
    assert.deepEqual(
      check({ runners: apart, proxmox: settings({ pve2: 152 }) }).map(({ path }) => path),
      ["runners[1].vmId"],
    );
  });

  it("take one source of the template, and name both where there are both or neither", () => {
    const image = { url: "https://images.example/debian.qcow2", checksum: "0".repeat(128) };
    assert.deepEqual(templateSource({ templateId: 9000 }), []);
    assert.deepEqual(templateSource({ image }), []);
    assert.deepEqual(templateSource({}), [
      {
        path: "proxmox.templateId",
        seen: "neither proxmox.templateId nor proxmox.image",
        allowed: "the VMID of a template, or proxmox.image: the program then makes it (docs/how-to/template.md)",
      },
    ]);
    const both = (path: string) => ({
      path,
      seen: `${path} and proxmox.image`,
      allowed: "one of them: with proxmox.image the program makes the templates",
      next: `pulumi config rm --path 'ghrunners:${path}', or pulumi config rm --path 'ghrunners:proxmox.image'`,
    });
    assert.deepEqual(templateSource({ image, templateId: 9000, templates: { pve2: 9001 } }), [
      both("proxmox.templateId"),
      both("proxmox.templates"),
    ]);
  });

  it("leave the range of made templates to them", () => {
    const image = { url: "https://images.example/debian.qcow2", checksum: "0".repeat(128) };
    const settings = (firstVmId: number) =>
      proxmox.parse({ endpoint: "https://pve.example/", node: "pve1", image: { ...image, firstVmId } });
    const numbered = (vmId: number, firstVmId: number) =>
      check({ runners: pool({ vmId: 100 }, { vmId }), proxmox: settings(firstVmId) });
    assert.deepEqual(check({ runners: pool({}, { node: "pve2" }), proxmox: settings(9000) }), []);
    for (const vmId of [8999, 10_000]) assert.deepEqual(numbered(vmId, 9000), [], String(vmId));
    for (const vmId of [9000, 9999])
      assert.deepEqual(numbered(vmId, 9000), [
        {
          path: "runners[1].vmId",
          seen: `${vmId}, one of the VMIDs of templates`,
          allowed: "a VMID outside 9000 to 9999, or another proxmox.image.firstVmId",
        },
      ]);
  });

  it("check the roles, names and addresses of the pool, whatever else is missing", () => {
    assert.deepEqual(check({ runners: pool({}, { name: "one" }) }), [
      {
        path: "runners[1].name",
        seen: '"one", as runners[0] has it',
        allowed: "a name of its own for every runner",
      },
    ]);
  });

  describe("of addresses", () => {
    const seen = (address: string, groups: WellFormed = {}) =>
      check({ runners: pool({}, { address }), network: net, ...groups });

    it("take the first and the last host of the gateway's subnet, and nothing around them", () => {
      const allowed = "in the gateway's subnet: 192.0.2.1 to 192.0.2.254";
      for (const address of ["192.0.2.2", "192.0.2.254"]) assert.deepEqual(seen(address), []);
      for (const address of ["192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"])
        assert.deepEqual(seen(address), [{ path: "runners[1].address", seen: address, allowed }]);
    });

    it("refuse those of the gateway and the monitoring host", () => {
      assert.deepEqual(seen("192.0.2.1"), [
        { path: "runners[1].address", seen: "192.0.2.1, the gateway", allowed: "an address of its own" },
      ]);
      const monitored = monitoring.parse({ host: "192.0.2.52", user: "ops", hostKey: "ssh-ed25519 AAAA" });
      assert.deepEqual(
        seen("192.0.2.52", { monitoring: monitored }).filter(({ path }) => path.startsWith("runners")),
        [{ path: "runners[1].address", seen: "192.0.2.52, the monitoring host", allowed: "an address of its own" }],
      );
    });

    it("leave a text that is no address to the schema", () => {
      const odd = { ...net, gateway: "gateway" };
      assert.deepEqual(check({ runners: pool(), network: odd }), []);
      const runner = pool().map((each) => ({ ...each, address: each.name }));
      assert.deepEqual(check({ runners: runner, network: net }), []);
    });
  });

  it("hold a unit's name to GitHub's limit", () => {
    const names = (length: number) => {
      const name = "n".repeat(63);
      const repositoryName = `o/${"r".repeat(length - runnerUnit("o/", name).length)}`;
      const groups = { runners: pool({ name }), github: github.parse({ repository: repositoryName }) };
      return { unit: runnerUnit(repositoryName, name), problems: check(groups) };
    };
    assert.deepEqual(names(150).problems, []);
    const { unit, problems } = names(151);
    assert.deepEqual(problems, [
      {
        path: "runners[0].name",
        seen: `a name that makes the unit ${unit} (151 characters)`,
        allowed: "a unit name of at most 150 characters: GitHub shortens a longer one at random",
      },
    ]);
  });

  it("refuse an extra label that the runner has already, or twice, whatever its case", () => {
    const problem = (index: number, label: string) => ({
      path: `agent.extraLabels[${index}]`,
      seen: JSON.stringify(label),
      allowed: "a label that the runner does not have already",
      next: `pulumi config rm --path 'ghrunners:agent.extraLabels[${index}]'`,
    });
    const extra = (...extraLabels: string[]) => check({ agent: agent.parse({ extraLabels }) });
    assert.deepEqual(extra("gpu", "big"), []);
    for (const label of ["self-hosted", "Linux", "x64", "test", "primary", "SECONDARY"])
      assert.deepEqual(extra("gpu", label), [problem(1, label)]);
    assert.deepEqual(extra("gpu", "big", "GPU"), [problem(2, "GPU")]);
    assert.deepEqual(extra("linux", "gpu", "GPU"), [problem(2, "GPU"), problem(0, "linux")], "the last one first");
  });

  it("ask for every part of a pinned archive", () => {
    const [sha256, downloadUrl] = ["0".repeat(64), "https://mirror.example/a.tar.gz"];
    const version = "2.336.0";
    const allowed = "version, downloadUrl and sha256 together, or neither downloadUrl nor sha256";
    const missing = (name: string) => {
      const next = `pulumi config set --path 'ghrunners:agent.${name}' '<${name} of that archive>'`;
      return [{ path: `agent.${name}`, seen: "nothing", allowed, next }];
    };
    assert.deepEqual(check({ agent: agent.parse({ version, sha256, downloadUrl }) }), []);
    assert.deepEqual(check({ agent: agent.parse({ sha256, downloadUrl }) }), missing("version"));
    assert.deepEqual(check({ agent: agent.parse({ version, sha256 }) }), missing("downloadUrl"));
    assert.deepEqual(check({ agent: agent.parse({ version, downloadUrl }) }), missing("sha256"));
  });

  it("ask for the receiver of Alertmanager, and for the exporter's token", () => {
    const host = { host: "192.0.2.60", user: "ops", hostKey: "ssh-ed25519 AAAA" };
    const seen = (changes: Record<string, unknown>, exporterToken?: string) =>
      check({ monitoring: monitoring.parse({ ...host, ...changes }), exporterToken });
    const managed = { alertmanager: { manage: true }, fleetExporter: false };
    assert.deepEqual(seen(managed), [
      {
        path: "monitoring.alertmanager.onCallUrl",
        seen: "nothing",
        allowed: "the webhook of on-call, because monitoring.alertmanager.manage is true",
        next: "pulumi config set --path 'ghrunners:monitoring.alertmanager.onCallUrl' '<URL>'",
      },
    ]);
    const told = { manage: true, onCallUrl: "https://on-call.example/hook" };
    assert.deepEqual(seen({ alertmanager: told, fleetExporter: false }), []);
    const unmanaged = { alertmanager: { manage: false } };
    assert.deepEqual(seen({ ...unmanaged, fleetExporter: false }), []);
    assert.deepEqual(seen({ ...unmanaged, fleetExporter: true }), [
      { path: "exporterToken", seen: "nothing", allowed: "a token, because monitoring.fleetExporter is true" },
    ]);
    assert.deepEqual(seen({ ...unmanaged, fleetExporter: true }, "token-token"), []);
  });

  it("ask which refs may deploy, and who reviews a deployment to production", () => {
    assert.deepEqual(check({ deployment: deployment.parse({}) }), [
      {
        path: "deployment.branches",
        seen: "neither branches nor tags",
        allowed: "at least one of them, else every ref",
      },
    ]);
    const open = { deployment: deployment.parse({ branches: ["main"] }), safety: safety.parse({}) };
    assert.deepEqual(check(open, "production"), [
      {
        path: "deployment.reviewers",
        seen: "no one who approves a deployment to production",
        allowed: `at least one login, or safety.allowUnreviewedProduction: "${guardOverrides["production-reviewed"].words}"`,
        next: "pulumi config set --path 'ghrunners:deployment.reviewers[0]' '<login>'",
      },
    ]);
    assert.deepEqual(check({ safety: safety.parse({}) }, "production"), [], "a group that is malformed is no answer");
    assert.deepEqual(check({ deployment: open.deployment }, "production"), []);
  });

  describe("of secrets", () => {
    const token = secret.parse({ name: "T", owner: "o", purpose: "p", source: { kind: "random" } });
    const groups = {
      secrets: [token],
      targets: [],
      secretValues: {},
      secretGenerations: {},
      repository: repository.parse({}),
    };
    const unmanaged = "environment, which this stack does not manage";

    it("know which of both scopes the stack manages: environment or repository", () => {
      assert.deepEqual(
        check(groups).map(({ path, seen }) => [path, seen]),
        [["secrets[0].scope", unmanaged]],
      );
      const managed = { ...groups, deployment: deployment.parse({ branches: ["main"] }) };
      assert.deepEqual(check(managed), []);
      const wide = [{ ...token, scope: "repository" as const }];
      assert.equal(check({ ...managed, secrets: wide }).length, 1);
      assert.deepEqual(check({ ...managed, secrets: wide, repository: repository.parse({ manage: true }) }), []);
    });

    for (const key of Object.keys(groups))
      it(`wait for ${key}`, () => assert.deepEqual(check({ ...groups, [key]: undefined }), []));
  });
});
