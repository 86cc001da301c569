import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { RunnerPool, type RunnerPoolArgs } from "@ghrunners/components";
import { finder, graphOf, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { environment, planted, primary, proxmoxProvider, secondary } from "./support/arguments";

const made = (change: Partial<RunnerPoolArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(
    () =>
      void new RunnerPool(
        "pool",
        { ...environment(), runners: [primary, secondary], ...change },
        { provider: proxmoxProvider() },
      ),
  );

describe("RunnerPool", () => {
  it("is a runner for each entry, named by its role, with what they share", async () => {
    const graph = await made();
    assert.deepEqual(
      graph
        .filter(({ parent }) => parent === "pool")
        .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
        .sort(),
      [
        "CloneSource pool-source",
        "HealthGate pool-gate",
        "LastKnownGood pool-proven",
        "Runner pool-primary",
        "Runner pool-secondary",
        "RunnerRelease pool-release",
      ],
    );
  });

  it("registers its runners in the organization's group, which it makes first", async () => {
    const { github } = environment();
    const find = finder(await made({ github: { ...github, runnerGroup: "deployers" } }));
    const { runnerGroup, openTo } = find("pool-group").inputs;
    assert.deepEqual([runnerGroup, openTo], ["deployers", []]);
    for (const runner of ["pool-primary", "pool-secondary"]) {
      for (const part of ["registration", "online", "drain"])
        assert.equal(find(`${runner}-${part}`).inputs.runnerGroup, "deployers");
    }
    assert.equal(find("pool-gate").inputs.runnerGroup, "deployers");
  });

  it("touches the primary after the gate, and the gate proves the secondary with the job that is named", async () => {
    const find = finder(await made({ smoke: { workflow: "proof.yml", ref: "main" } }));
    assert.ok(find("pool-primary-vm").dependencies.includes("pool-gate"));
    assert.ok(find("pool-gate").dependencies.includes("pool-secondary-online"));
    const { smoke, subjects } = find("pool-gate").inputs as { smoke: unknown; subjects: Record<string, unknown>[] };
    assert.deepEqual(smoke, { workflow: "proof.yml", ref: "main", timeoutSeconds: 300 });
    assert.deepEqual(
      subjects.map(({ runnerName, version }) => [runnerName, version]),
      [["two", "2.336.0"]],
    );
  });

  it("asks for another proof when the primary is about to become another machine, not for a new limit", async () => {
    const next = async (change: Partial<RunnerPoolArgs>): Promise<unknown> =>
      finder(await made(change))("pool-gate").inputs.next;
    const before = await next({});
    assert.notEqual(await next({ vm: { cores: 8 } }), before);
    assert.notEqual(await next({ vm: { cpuType: "host" } }), before);
    assert.equal(await next({ vm: { cpuType: "x86-64-v2-AES" } }), before);
    assert.notEqual(await next({ agent: { allowedEvents: ["push"] } }), before);
    assert.equal(await next({ limits: { drainMinutes: 5 } }), before);
  });

  it("keeps the settings of the runners when all of them are proved", async () => {
    const { inputs, dependencies } = finder(await made({ vm: { cores: 8 } }))("pool-proven");
    const { agent, proxmox, vm } = inputs.settings as Record<string, Record<string, unknown>>;
    assert.deepEqual(
      [agent?.version, proxmox, vm],
      ["2.336.0", { templateId: 9000 }, { cores: 8, memoryMiB: 8192, user: "runner" }],
    );
    const other = finder(await made({ vm: { cpuType: "x86-64-v3" } }))("pool-proven").inputs.settings;
    assert.equal((other as { vm: { cpuType: string } }).vm.cpuType, "x86-64-v3");
    assert.ok(dependencies.includes("pool-primary-online") && dependencies.includes("pool-secondary-online"));
  });

  it("makes a runner on the node that it names, from the template there, and looks at that template as well", async () => {
    const graph = await made({ runners: [primary, { ...secondary, node: "pve2", templateId: 9001 }] });
    const find = finder(graph);
    const cloned = (name: string): unknown[] => {
      const { nodeName, clone } = find(name).inputs as { nodeName: string; clone: { vmId: number } };
      return [nodeName, clone.vmId];
    };
    assert.deepEqual(cloned("pool-primary-vm"), ["pve1", 9000]);
    assert.deepEqual(cloned("pool-secondary-vm"), ["pve2", 9001]);
    const sources = graph.filter(({ type }) => type.endsWith("CloneSource"));
    assert.deepEqual(sources.map(({ name, inputs }) => [name, inputs.node, inputs.templateId]).sort(), [
      ["pool-source", "pve1", 9000],
      ["pool-source-pve2-9001", "pve2", 9001],
    ]);
    const { proxmox } = find("pool-proven").inputs.settings as { proxmox: unknown };
    assert.deepEqual(proxmox, { templateId: 9000, templates: { pve2: 9001 } });
  });

  it("takes templates that the program makes: their numbers are known later, and the image is what was proved", async () => {
    const image = { url: "https://images.example/debian.qcow2", checksum: "0".repeat(128) };
    const graph = await made({
      proxmox: { ...environment().proxmox, templateId: pulumi.output(9123), image },
      runners: [primary, { ...secondary, node: "pve2", templateId: pulumi.output(9456) }],
    });
    const find = finder(graph);
    assert.deepEqual(
      ["pool-primary-vm", "pool-secondary-vm"].map((name) => (find(name).inputs.clone as { vmId: number }).vmId),
      [9123, 9456],
    );
    const sources = graph.filter(({ type }) => type.endsWith("CloneSource"));
    assert.deepEqual(sources.map(({ name, inputs }) => [name, inputs.templateId]).sort(), [
      ["pool-source", 9123],
      ["pool-source-pve2", 9456],
    ]);
    const { proxmox } = find("pool-proven").inputs.settings as { proxmox: unknown };
    assert.deepEqual(proxmox, {
      image: { firstVmId: 9000, checksum: image.checksum, storage: "local", url: image.url },
    });
  });

  it("tells policies what it holds: labels and events, known at preview", async () => {
    const { inputs } = finder(await made())("pool");
    assert.deepEqual(inputs.members, [
      { role: "primary", runner: "one", labels: ["self-hosted", "linux", "x64", "demo", "primary"] },
      { role: "secondary", runner: "two", labels: ["self-hosted", "linux", "x64", "demo", "secondary"] },
    ]);
    assert.ok((inputs.events as string[]).includes("push"));
  });

  it("has one set of hooks for all its runners", async () => {
    const find = finder(await made());
    for (const role of ["primary", "secondary"]) {
      assert.deepEqual([...find(`pool-${role}-agent`).hooks].sort(), ["pool-drain", "pool-restore-labels"]);
    }
  });

  it("hands the provider of its options to every machine", async () => {
    const machines = (await made()).filter(({ type }) => type.startsWith("proxmoxve:"));
    assert.equal(machines.length, 8);
    for (const { name, provider } of machines) assert.equal(provider, "pve", name);
  });

  it("shows no secret", async () => {
    const graph = await made();
    const { githubToken, proxmoxToken, sshPrivateKey } = planted;
    for (const text of [githubToken, proxmoxToken, sshPrivateKey]) assert.deepEqual(showing(graph, text), []);
  });

  it("refuses a delivery runner, which takes no part in deployments", async () => {
    const runners = [primary, { ...secondary, role: "delivery" }] as const;
    await assert.rejects(
      made({ runners }),
      /runners\[1\]\.role: seen delivery, expected primary or secondary: a delivery runner takes no part/,
    );
  });

  it("refuses two primaries, a name used twice and a bad VMID, at once", async () => {
    const runners = [primary, { ...secondary, role: "primary", name: "one", vmId: 1 }] as const;
    await assert.rejects(made({ runners }), (error: Error) => {
      assert.match(error.message, /^3 arguments of RunnerPool "pool" cannot be taken/);
      assert.match(error.message, /runners\[1\]\.role: seen 2 runners with the role primary, expected exactly one/);
      assert.match(error.message, /runners\[1\]\.name: seen "one", as runners\[0\] has it, expected a name of its own/);
      assert.match(error.message, /runners\[1\]\.vmId: seen 1, expected a whole number/);
      return true;
    });
  });
});
