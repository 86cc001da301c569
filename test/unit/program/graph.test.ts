import assert from "node:assert/strict";
import { finder, isSecretValue, programGraph, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { privateKey } from "../../support/private-key";

const secretKeys = ["proxmoxToken", "githubToken", "sshPrivateKey"];

const planted = {
  proxmoxToken: "pulumi@pve!t=00000000-aaaa-bbbb-cccc-000000000000",
  githubToken: "planted_github_token",
};
const config = {
  proxmox: { endpoint: "https://pve.example:8006/", node: "pve1", templateId: 9000 },
  github: { repository: "octo-org/demo-app" },
  network: { gateway: "192.0.2.1", adminCidr: "192.0.2.0/28" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52" },
  ],
  deployment: { reviewers: ["octocat"], branches: ["main"] },
  ...planted,
  sshPrivateKey: privateKey(),
};

const tokens = (graph: readonly RegisteredResource[]): Map<string, number> =>
  graph.reduce((counts, { type }) => counts.set(type, (counts.get(type) ?? 0) + 1), new Map<string, number>());

describe("the program's graph", () => {
  let graph: RegisteredResource[];
  const find = (name: string): RegisteredResource => finder(graph)(name);

  describe("with two runners in production", () => {
    before(async () => {
      graph = await programGraph("production", config, secretKeys);
    });

    it("has one of everything for each runner", () => {
      const counts = tokens(graph);
      assert.equal(counts.get("proxmoxve:index/vmLegacy:VmLegacy"), 2);
      assert.equal(counts.get("proxmoxve:firewall/rulesLegacy:RulesLegacy"), 2);
      assert.equal(counts.get("proxmoxve:firewall/optionsLegacy:OptionsLegacy"), 2);
      assert.equal(counts.get("pulumi-nodejs:dynamic/ghrunners:Registration"), 2);
      assert.equal(counts.get("pulumi-nodejs:dynamic/ghrunners:RegisteredRunner"), 2);
      assert.equal(counts.get("command:remote:Command"), 6);
      assert.equal(counts.get("pulumi-nodejs:dynamic/ghrunners:HealthGate"), 1);
      assert.equal(counts.get("pulumi-nodejs:dynamic/ghrunners:Preflight"), 1);
    });

    it("gives everything but the components and providers a parent, and names it after that parent", () => {
      const names = graph.map(({ name }) => name);
      for (const { name, parent } of graph.filter((resource) => names.includes(resource.parent))) {
        assert.ok(name.startsWith(`${parent}-`) || name.startsWith(`${parent.split("-")[0]}-`), `${name} of ${parent}`);
      }
      const roots = graph.filter(({ parent }) => !names.includes(parent)).map(({ type }) => type);
      const apart = roots.filter((type) => !/^ghrunners:|^pulumi:(providers|pulumi):|:Preflight$/.test(type));
      assert.deepEqual(apart, []);
    });

    it("makes the primary wait for the gate, and the gate for the secondary", () => {
      // Everything else on the primary needs its VM's address.
      assert.ok(find("runners-primary-vm").dependencies.includes("runners-gate"));
      assert.ok(find("runners-gate").dependencies.includes("runners-secondary-online"));
      assert.ok(!find("runners-secondary").dependencies.some((name) => name.startsWith("runners-primary")));
      assert.ok(find("runners").dependencies.includes("preflight"));
      const order = graph.filter(({ type }) => !type.startsWith("ghrunners:")).map(({ name }) => name);
      assert.ok(order.indexOf("runners-gate") < order.indexOf("runners-primary-vm"));
      assert.ok(order.indexOf("runners-secondary-online") < order.indexOf("runners-gate"));
    });

    it("marks every secret, and lets no secret out in plain text", () => {
      assert.ok(isSecretValue(find("proxmox").inputs["apiToken"]));
      const connection = find("runners-primary-agent").inputs["connection"];
      assert.ok(isSecretValue(connection) || isSecretValue((connection as Record<string, unknown>)["privateKey"]));
      for (const value of [planted.githubToken, planted.proxmoxToken, "OPENSSH PRIVATE KEY"]) {
        assert.deepEqual(showing(graph, value), []);
      }
    });

    it("registers each runner with exactly its labels", () => {
      const labels = (role: string): unknown => find(`runners-${role}-registration`).inputs["labels"];
      assert.deepEqual(labels("primary"), ["self-hosted", "linux", "x64", "production", "primary"]);
      assert.deepEqual(labels("secondary"), ["self-hosted", "linux", "x64", "production", "secondary"]);
    });

    it("makes the environment with its policies, by the explicit provider, and protects it in production", () => {
      const environment = find("deployment-environment");
      assert.equal(environment.protect, true);
      assert.deepEqual(environment.inputs["deploymentBranchPolicy"], {
        protectedBranches: false,
        customBranchPolicies: true,
      });
      assert.deepEqual(environment.inputs["canAdminsBypass"], false);
      assert.ok(find("deployment-branch-main").hooks.includes("deployment-clear-leftovers"));
      assert.ok(isSecretValue(find("github").inputs["token"]));
      assert.equal(tokens(graph).get("github:index/repositoryRuleset:RepositoryRuleset"), undefined);
    });

    it("protects the VMs of production, and drains before it touches one", () => {
      for (const name of ["runners-primary-vm", "runners-secondary-vm"]) {
        assert.equal(find(name).protect, true, name);
        assert.ok(find(name).hooks.includes("runners-drain"), name);
        assert.ok(find(name).hooks.includes("runners-clear-leftovers"), name);
      }
      assert.ok(find("runners-primary-agent").hooks.includes("runners-drain"));
      assert.ok(find("runners-primary-agent").hooks.includes("runners-restore-labels"));
    });

    it("opens nothing but SSH for the administrators", () => {
      const rules = find("runners-primary-vm-rules").inputs["rules"] as Record<string, string>[];
      assert.deepEqual(
        rules.filter(({ type }) => type === "in").map(({ dport, source }) => [dport, source]),
        [["22", "192.0.2.0/28"]],
      );
      const options = find("runners-primary-vm-firewall").inputs;
      assert.deepEqual([options["enabled"], options["inputPolicy"], options["outputPolicy"]], [true, "DROP", "DROP"]);
    });

    it("keeps the implementation of dynamic resources out of the state", () => {
      for (const { type, inputs } of graph.filter((resource) => resource.type.includes("dynamic"))) {
        const text = inputs["__provider"] as string;
        assert.match(text, /^exports\.handler = /, type);
        assert.ok(text.length < 250 && !text.includes(process.cwd()), text);
      }
    });
  });

  it("manages the repository's own settings in the stack that says so", async () => {
    const repository = { manage: true, allowedActions: ["pulumi/actions@*"], variables: { REGION: "north" } };
    graph = await programGraph("production", { ...config, repository }, secretKeys);
    assert.deepEqual(
      graph
        .filter(({ parent }) => parent === "repository")
        .map(({ name }) => name.slice("repository-".length))
        .sort(),
      ["actions", "default-branch", "forks", "oidc", "token", "variable-REGION"],
    );
    const allowed = find("repository-actions").inputs["allowedActionsConfig"] as Record<string, unknown>;
    assert.deepEqual(allowed["patternsAlloweds"], ["octo-org/*", "pulumi/actions@*"]);
    assert.equal(find("repository-actions").inputs["shaPinningRequired"], true);
    assert.equal(find("repository-forks").inputs["policy"], "all_external_contributors");
    for (const name of ["repository-default-branch", "repository-variable-REGION"]) {
      assert.ok(find(name).hooks.includes("repository-clear-leftovers"), name);
    }
  });

  it("has no GitHub provider where nothing is managed there", async () => {
    graph = await programGraph("staging", { ...config, deployment: undefined }, secretKeys);
    assert.equal(
      graph.find(({ name }) => name === "github"),
      undefined,
    );
  });

  it("does without a gate where there is a single runner", async () => {
    graph = await programGraph("staging", { ...config, runners: config.runners.slice(0, 1) }, secretKeys);
    assert.equal(tokens(graph).get("pulumi-nodejs:dynamic/ghrunners:HealthGate"), undefined);
    assert.equal(find("runners-primary-vm").protect, false);
    assert.ok(find("runners-primary-online"));
  });

  it("runs to its end where resources have no outputs, as in a destroy after an interrupted run", async () => {
    graph = await programGraph("production", config, secretKeys, () => ({}));
    assert.ok(find("runners-primary-online"));
  });

  it("touches eight secondaries at a time, and the primary after all of them", async () => {
    const secondaries = Array.from({ length: 10 }, (_, index) => ({
      role: "secondary",
      name: `more-${index}`,
      vmId: 200 + index,
      address: `192.0.2.${100 + index}`,
    }));
    const runners = [...config.runners.slice(0, 1), ...secondaries];
    const waits = (name: string): string[] =>
      find(`runners-${name}-vm`).dependencies.filter((one) => one.startsWith("runners-"));
    const registered = (name: string): string => `runners-${name}-online`;
    graph = await programGraph("staging", { ...config, runners }, secretKeys);
    assert.deepEqual(waits("secondary-8"), []);
    assert.deepEqual(waits("secondary-9"), [registered("secondary")]);
    assert.deepEqual(waits("secondary-10"), [registered("secondary-2")]);
    assert.deepEqual(waits("primary"), ["runners-gate"]);
    graph = await programGraph("staging", { ...config, runners, hosts: "skip" }, secretKeys);
    assert.deepEqual(waits("secondary-9"), ["runners-secondary-vm-firewall"]);
    assert.equal(waits("primary").length, 10);
  });

  it("manages VMs only where hosts are skipped", async () => {
    graph = await programGraph("staging", { ...config, hosts: "skip" }, secretKeys);
    assert.deepEqual([...tokens(graph).keys()].filter((type) => /command:|Regist|Gate|Release/.test(type)).sort(), []);
    assert.equal(tokens(graph).get("proxmoxve:index/vmLegacy:VmLegacy"), 2);
  });
});
