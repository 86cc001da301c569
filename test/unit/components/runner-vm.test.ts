import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { RunnerVm, type RunnerVmArgs } from "@ghrunners/components";
import { finder, graphOf, type RegisteredResource } from "../../support/pulumi-mocks";
import { environment, proxmoxProvider } from "./support/arguments";

const args = (): RunnerVmArgs => {
  const { proxmox, network, sshPublicKey } = environment();
  const { node, templateId } = proxmox;
  return { name: "one", vmId: 151, address: "192.0.2.51", proxmox: { node, templateId }, network, sshPublicKey };
};
const made = (
  change: Partial<RunnerVmArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): Promise<RegisteredResource[]> =>
  graphOf(() => void new RunnerVm("build", { ...args(), ...change }, { provider: proxmoxProvider(), ...opts }));

describe("RunnerVm", () => {
  it("is a VM, its firewall and its pinned host key, all of them its children", async () => {
    const graph = await made();
    assert.deepEqual(
      graph
        .filter(({ parent }) => parent === "build")
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
      [
        "command:local:Command build-firewall-proof",
        "command:local:Command build-host-key",
        "proxmoxve:firewall/ipsetLegacy:IpsetLegacy build-addresses",
        "proxmoxve:firewall/optionsLegacy:OptionsLegacy build-firewall",
        "proxmoxve:firewall/rulesLegacy:RulesLegacy build-rules",
        "proxmoxve:index/vmLegacy:VmLegacy build",
      ],
    );
  });

  it("hands the provider of its options to what is made at Proxmox VE", async () => {
    const find = finder(await made());
    for (const name of ["build", "build-addresses", "build-rules", "build-firewall"])
      assert.equal(find(name).provider, "pve", name);
  });

  it("clones the template in full, with the documented defaults", async () => {
    const { inputs } = finder(await made())("build");
    assert.deepEqual(inputs.clone, { vmId: 9000, full: true, datastoreId: "local-lvm", retries: 3 });
    assert.deepEqual(inputs.cpu, { cores: 4, sockets: 1, type: "x86-64-v2-AES" });
    assert.deepEqual(inputs.memory, { dedicated: 8192 });
    assert.deepEqual(inputs.networkDevices, [{ bridge: "vmbr0", model: "virtio", firewall: true }]);
    const { ipConfigs, userAccount, dns } = inputs.initialization as Record<string, unknown>;
    assert.deepEqual(ipConfigs, [{ ipv4: { address: "192.0.2.51/24", gateway: "192.0.2.1" } }]);
    assert.deepEqual(userAccount, { username: "runner", keys: ["ssh-ed25519 AAAA"] });
    assert.deepEqual(dns, { servers: ["192.0.2.1"] });
    assert.deepEqual(inputs.tags, ["ghrunners"]);
  });

  it("lets its VM send from its own address alone, and switches that on once the address is there", async () => {
    const find = finder(await made());
    const { name, cidrs } = find("build-addresses").inputs;
    assert.deepEqual([name, cidrs], ["ipfilter-net0", [{ name: "192.0.2.51" }]]);
    const { inputs, dependencies } = find("build-firewall");
    assert.equal(inputs.ipfilter, true);
    assert.ok(
      ["build-addresses", "build-rules"].every((each) => dependencies.includes(each)),
      dependencies.join(),
    );
  });

  it("does not wait half an hour for a guest that hangs at shutdown, and not at all before a delete", async () => {
    const { timeoutShutdownVm, stopOnDestroy } = finder(await made())("build").inputs;
    assert.deepEqual([timeoutShutdownVm, stopOnDestroy], [300, true]);
  });

  it("takes another processor type", async () => {
    const { cpu } = finder(await made({ vm: { cpuType: "x86-64-v3" } }))("build").inputs;
    assert.deepEqual(cpu, { cores: 4, sockets: 1, type: "x86-64-v3" });
  });

  it("lets its VM alone wait for what its options name", async () => {
    const graph = await graphOf(() => {
      const before = new random.RandomPassword("before", { length: 16 });
      new RunnerVm("build", args(), { provider: proxmoxProvider(), dependsOn: before });
    });
    const waiting = graph.filter(({ dependencies }) => dependencies.includes("before")).map(({ type }) => type);
    assert.deepEqual(waiting, ["proxmoxve:index/vmLegacy:VmLegacy"]);
  });

  it("has no host key where there is no guest, and is protected if the arguments ask for it", async () => {
    const graph = await made({ pinHostKey: false, protect: true });
    assert.ok(!graph.some(({ name }) => name === "build-host-key"));
    assert.equal(finder(graph)("build").protect, true);
    assert.equal(finder(await made())("build").protect, false);
  });

  it("takes arguments that a preview does not know yet", async () => {
    const graph = await graphOf(
      () => {
        const { result } = new random.RandomPassword("address", { length: 16 });
        const network = { ...args().network, nameservers: [result] };
        new RunnerVm("build", { ...args(), address: result, network }, { provider: proxmoxProvider() });
      },
      { preview: true, outputs: () => ({}) },
    );
    assert.ok(finder(graph)("build-host-key").dependencies.includes("address"));
  });

  it("names every argument that it cannot take at once, without making anything", async () => {
    const wrong = { ...args(), vmId: 12, address: "somewhere", vm: { cores: 0 } };
    const graph: RegisteredResource[] = [];
    await assert.rejects(
      made(wrong).then((all) => graph.push(...all)),
      (error: Error) => {
        assert.ok(pulumi.ResourceError.isInstance(error));
        assert.match(error.message, /^3 arguments of RunnerVm "build" cannot be taken\. Next: /);
        assert.match(error.message, /^ {2}vmId: seen 12, expected a whole number, 100 to 999999999$/m);
        assert.match(error.message, /^ {2}address: seen "somewhere", expected an IPv4 address$/m);
        assert.match(error.message, /^ {2}vm\.cores: seen 0, expected a whole number, 1 to 64$/m);
        return true;
      },
    );
  });
});
