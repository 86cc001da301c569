import assert from "node:assert/strict";
import { adminRequest } from "@ghrunners/lab/admin";
import { secondary } from "@ghrunners/lab/driver/rehearsal";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { socketOf } from "@ghrunners/lab/service";
import { SOURCE_SET } from "@ghrunners/components/runner/vm-firewall";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const firewall = `nodes/pve-lab/qemu/${secondary.vmId}/firewall`;
const set = `${firewall}/ipset/${SOURCE_SET}`;
const other = "198.51.100.99";

/** What keeps a machine from sending as another one, where somebody else changes it. The lab has no machines here. */
describe("the addresses that a machine may send from", function () {
  this.timeout(240_000);
  let lab: ApiOnlyLab;
  let urn = "";

  before(async () => {
    lab = await apiOnlyLab("sends");
    const first = await lab.rehearsal.up();
    assert.equal(first.code, 0, first.output);
    urn = first.steps.find(({ type, urn: each }) => type.includes("VmLegacy") && each.includes("secondary"))?.urn ?? "";
    await holds(secondary.address);
  });
  after(() => lab.close());

  const proxmox = (method: "GET" | "POST" | "DELETE", call: string) => lab.rehearsal.proxmox(method, call);

  /** The set has the address alone, the firewall is on, and nothing is left to do. */
  async function holds(address: string, settings: StackSettings = {}): Promise<void> {
    const entries = (await proxmox("GET", set)) as { cidr: string; nomatch?: number }[];
    assert.deepEqual(
      entries.map(({ cidr, nomatch }) => [cidr, nomatch]),
      [[address, undefined]],
    );
    const sets = (await proxmox("GET", `${firewall}/ipset`)) as { name: string }[];
    assert.deepEqual(
      sets.map(({ name }) => name),
      [SOURCE_SET],
    );
    const { enable, ipfilter, macfilter } = (await proxmox("GET", `${firewall}/options`)) as Record<string, number>;
    assert.deepEqual([enable, ipfilter, macfilter], [1, 1, 1]);
    const again = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  }

  async function mended(settings: StackSettings = {}): Promise<void> {
    const next = await lab.rehearsal.up(settings, "--refresh");
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(
      next.steps.filter(({ op, type }) => op !== "same" && op !== "refresh" && type.includes("VmLegacy")),
      [],
      "the machine itself was touched",
    );
  }

  it("come back where the set was deleted by hand", async () => {
    await proxmox("DELETE", `${set}/${secondary.address}`);
    await proxmox("DELETE", set);
    await mended();
    await holds(secondary.address);
  });

  it("come back where another one was put in their place, or added", async () => {
    await proxmox("POST", `${set}?cidr=${other}`);
    await mended();
    await holds(secondary.address);
    await proxmox("POST", `${set}?cidr=${other}`);
    await proxmox("DELETE", `${set}/${secondary.address}`);
    await mended();
    await holds(secondary.address);
  });

  it("come back where the firewall's filter was turned off by hand", async () => {
    await lab.rehearsal.proxmox("PUT", `${firewall}/options?ipfilter=0&enable=0`);
    await mended();
    await holds(secondary.address);
  });

  it("follow the machine's address, and go back with it", async () => {
    for (const address of [other, secondary.address]) {
      const settings = { "runners[1].address": address };
      const run = await lab.rehearsal.up(settings);
      assert.equal(run.code, 0, run.output);
      await holds(address, settings);
    }
  });

  for (const [what, match, ...options] of [
    // The provider takes a set that it could not fill for a whole one, until it looks again.
    ["before the set has its address", `POST /${set}`, "--refresh"],
    ["between set and rules", `POST /${firewall}/rules`],
    ["between set and option", `PUT /${firewall}/options`],
  ])
    it(`are whole after the next ${["up", ...options].join(" ")} where a new machine's was broken off ${what}`, async () => {
      const faults = (method: "PUT" | "DELETE", path: string, body?: object) =>
        adminRequest(socketOf(lab.rehearsal.lab.instance, "proxmox"), method, `/_lab/faults${path}`, body);
      await faults("PUT", "/http-500", { match, count: 50 });
      const broken = await lab.rehearsal.up({}, "--replace", urn).finally(() => faults("DELETE", ""));
      assert.notEqual(broken.code, 0, `nothing was broken off:\n${broken.output}`);
      const next = await lab.rehearsal.up({}, ...options);
      assert.equal(next.code, 0, next.output);
      await holds(secondary.address);
    });
});
