import assert from "node:assert/strict";
import { judgeProxmox } from "@ghrunners/components/preflight/judge";
import type { PreflightProblem } from "@ghrunners/components/preflight/observation";
import { atProxmox, cloneOnly, GiB, guest, inputs, memory, proxmox, stored, template } from "./observations";

/** What is wrong, the problems it gives, the setting that is named and the words of the reason. */
const table: readonly [string, PreflightProblem[], string, RegExp][] = [
  [
    "no template",
    atProxmox({ guests: { value: [] } }),
    "proxmox.templateId",
    /^VMID 9000: seen no such VM, expected a template on node pve1 .*Next: make it as docs\/how-to\/template\.md says, or pulumi config set --path 'ghrunners:proxmox\.templateId'/,
  ],
  [
    "a VM in the template's place",
    atProxmox({ guests: { value: [guest(9000, "web")] } }),
    "proxmox.templateId",
    /seen web, which is a VM and not a template, expected/,
  ],
  [
    "a template on another node",
    atProxmox({ guests: { value: [{ ...template, node: "pve2" }] } }),
    "proxmox.templateId",
    /seen a template on node pve2, expected .* on node pve1/,
  ],
  [
    "a VMID that is taken",
    atProxmox({ guests: { value: [template, guest(151, "web")] } }),
    "runners[0].vmId",
    /^VMID 151 of one is used by web on node pve1\. Expected a free one\. Next: .*'ghrunners:runners\[0\]\.vmId' VMID$/,
  ],
  [
    "a VMID that another stack's runner has",
    atProxmox({
      guests: { value: [template, guest(152)] },
      configs: new Map([[152, { description: "ghrunners x two" }]]),
    }),
    "runners[1].vmId",
    /^VMID 152 of two is used/,
  ],
  [
    "an address in use",
    atProxmox({
      guests: { value: [template, guest(300, "web")] },
      configs: new Map([[300, { ipconfig1: "gw=192.0.2.1,ip=192.0.2.52/24" }]]),
    }),
    "runners[1].address",
    /^address 192\.0\.2\.52 of two is in use by VM 300 \(web\)\. Expected a free one\. Next: .*runners\[1\]\.address' ADDRESS$/,
  ],
  [
    "not enough space",
    atProxmox(stored({ avail: 19.5 * GiB })),
    "proxmox.storage",
    /^tank has 19\.5 GiB free, expected 20\.0 GiB for 2 new VMs\. Next: free space, or lower ghrunners:vm\.diskGiB$/,
  ],
  [
    "an address that a container has",
    atProxmox({
      guests: { value: [template, { ...guest(300, "dns"), type: "lxc" }] },
      configs: new Map([[300, { hostname: "dns", net0: "name=eth0,bridge=vmbr1,ip=192.0.2.51/24,type=veth" }]]),
    }),
    "runners[0].address",
    /^address 192\.0\.2\.51 of one is in use by container 300 \(dns\)\./,
  ],
  [
    "an address at which a machine answers that Proxmox VE does not know",
    atProxmox({ answering: ["192.0.2.52"] }),
    "runners[1].address",
    /^a machine answers at 192\.0\.2\.52, the address of two, whose VM does not exist yet\. Expected a free one\./,
  ],
  [
    "a node that is off",
    atProxmox({ nodes: { value: [{ node: "pve1", online: false }] } }),
    "proxmox.node",
    /^the node pve1 is off or not reachable in the cluster\. Expected it online\. Next: start it/,
  ],
  [
    "a node that does not exist",
    atProxmox({ nodes: { value: [{ node: "alpha", online: true }] } }),
    "proxmox.node",
    /^there is no node pve1, seen: alpha\. Next: pulumi config set/,
  ],
  [
    "a storage that takes no disks",
    atProxmox(stored({ avail: 20 * GiB, content: "iso,backup" })),
    "proxmox.storage",
    /^tank holds iso,backup\. Expected a storage for VM disks \(content images\)/,
  ],
  [
    "a storage that the node does not reach",
    atProxmox(stored({ avail: 0, content: "images", active: 0 })),
    "proxmox.storage",
    /^tank is not reachable from node pve1\. Expected it active/,
  ],
  [
    "a datacenter whose firewall is off",
    atProxmox({ firewall: { value: false } }),
    "network.requireFirewall",
    /^the firewall of Proxmox VE is off for the datacenter, so the rules of the VMs have no effect .* Next: on the node, pvesh set/,
  ],
  [
    "a storage that fails",
    atProxmox({ storages: new Map([["pve1", { error: "no tank" }]]) }),
    "proxmox.storage",
    /^no tank$/,
  ],
  [
    "one privilege on several VMs",
    atProxmox({ missingPrivileges: { value: [memory(151), memory(152)] } }),
    "proxmox",
    /^the API token lacks VM\.Config\.Memory on \/vms\/151, \/vms\/152 \(needed to set memory\)\. Next: ghrunners setup proxmox prints the role for the node, or add VM\.Config\.Memory/,
  ],
  ["privileges that cannot be read", atProxmox({ missingPrivileges: { error: "403 x" } }), "proxmox", /^403 x$/],
  [
    "a Proxmox VE that refuses everything, once",
    atProxmox({ guests: { error: "401 x" }, missingPrivileges: { error: "401 x" } }),
    "proxmox",
    /^401 x$/,
  ],
];

describe("the preflight of Proxmox VE", () => {
  for (const [what, problems, setting, words] of table) {
    it(`reports ${what}`, () => {
      assert.deepEqual(
        problems.map((problem) => problem.setting),
        [setting],
      );
      assert.match(problems[0]?.reason ?? "", words);
    });
  }

  it("reports no problem if everything is as expected", () => {
    assert.deepEqual(atProxmox({}), []);
  });

  it("adopts its own VM from an interrupted run, and needs no space for it", () => {
    const own = { guests: { value: [template, guest(151)] }, ...stored({ avail: 10 * GiB }) };
    const mine = { description: "ghrunners lab one\n", ipconfig0: "ip=192.0.2.51/24" };
    assert.deepEqual(atProxmox({ ...own, configs: new Map([[151, mine]]) }), []);
  });

  it("does not take an address for another that begins like it", () => {
    assert.deepEqual(atProxmox({ configs: new Map([[300, { ipconfig0: "ip=192.0.2.5/24" }]]) }), []);
    assert.deepEqual(atProxmox({ configs: new Map([[300, { ipconfig0: "ip=192.0.2.510/24" }]]) }), []);
    assert.deepEqual(atProxmox({ configs: new Map([[300, { description: "ip=192.0.2.51" }]]) }), []);
  });

  it("takes a datacenter without a firewall when the configuration says so", () => {
    const off = { ...proxmox, firewall: { value: false } };
    assert.deepEqual(judgeProxmox({ ...inputs, requireFirewall: false }, off), []);
  });

  it("reports different problems together", () => {
    const all = atProxmox({
      guests: { value: [guest(151)] },
      ...stored({ avail: 0 }),
      missingPrivileges: { value: [cloneOnly, memory(151)] },
    });
    assert.deepEqual(
      all.map(({ setting }) => setting),
      ["proxmox.templateId", "runners[0].vmId", "proxmox.storage", "proxmox", "proxmox"],
    );
  });
});
