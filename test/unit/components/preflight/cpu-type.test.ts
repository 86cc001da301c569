import assert from "node:assert/strict";
import { judgeProxmox, requiredPrivileges } from "@ghrunners/components/preflight/judge";
import type { ProxmoxObservation } from "@ghrunners/components/preflight/observation";
import { inputs, proxmox } from "./observations";

const said = (cpuType: string | undefined, seen: Partial<ProxmoxObservation>): string[] =>
  judgeProxmox({ ...inputs, cpuType }, { ...proxmox, ...seen }).map(({ setting, reason }) => `${setting}: ${reason}`);
const offered = (...names: string[]): Pick<ProxmoxObservation, "cpuTypes"> => ({
  cpuTypes: new Map([["pve1", { value: names }]]),
});
const audit = { path: "/nodes", privilege: "Sys.Audit", reason: "use a processor type of the cluster's own" };

describe("the preflight of the processor type", () => {
  it("says nothing of the usual one, nor of one that the node offers", () => {
    assert.deepEqual(said(undefined, {}), []);
    assert.deepEqual(said("x86-64-v3", offered("host", "x86-64-v3")), []);
    assert.deepEqual(said("custom-avx", offered("host", "custom-avx")), []);
  });

  it("refuses one that the node does not offer, with the command that lists what there is", () => {
    assert.deepEqual(said("x86-64-v5", offered("host")), [
      "vm.cpuType: node pve1 has no processor type x86-64-v5. Expected one that it offers. Next: pvesh get /nodes/pve1/capabilities/qemu/cpu on the node lists them, then pulumi config set --path 'ghrunners:vm.cpuType' TYPE",
    ]);
    assert.deepEqual(said("custom-avx", offered("host")), [
      "vm.cpuType: node pve1 has no processor type custom-avx. Expected one that it offers. Next: define it in /etc/pve/virtual-guest/cpu-models.conf, or pulumi config set --path 'ghrunners:vm.cpuType' TYPE",
    ]);
  });

  it("names the privilege, and not the type, where the token may not see the cluster's own", () => {
    const [only, ...others] = said("custom-avx", { ...offered("host"), missingPrivileges: { value: [audit] } });
    assert.match(only ?? "", /^proxmox: the API token lacks Sys\.Audit on \/nodes \(needed to use a processor type /);
    assert.deepEqual(others, []);
  });

  it("passes on what the node answered", () => {
    const error = { error: "GET /nodes/pve1/capabilities/qemu/cpu: 501" };
    assert.deepEqual(said("host", { cpuTypes: new Map([["pve1", error]]) }), [`vm.cpuType: ${error.error}`]);
  });

  it("asks for Sys.Audit for a type of the cluster's own alone", () => {
    const asks = (cpuType?: string): boolean =>
      requiredPrivileges({ ...inputs, cpuType }).some(({ privilege }) => privilege === "Sys.Audit");
    assert.deepEqual([asks(), asks("x86-64-v3"), asks("host"), asks("custom-avx")], [false, false, false, true]);
  });
});
