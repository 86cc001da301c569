import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { linkLocalOf } from "@ghrunners/lab/proxmox/firewall/source-filter";
import { renderFirewall } from "@ghrunners/lab/proxmox/firewall/render";
import type { VmFirewall } from "@ghrunners/lab/proxmox/model";
import { until } from "@ghrunners/core/until";

const own = "198.51.100.51";
const taken = "198.51.100.52";
const neighbour = "198.51.100.77";
const port = "7000";

/**
 * The filter of a machine's addresses, by the kernel: two namespaces on one cable, as a machine and a neighbour. What
 * root on a machine would do, a namespace does here; in the lab the guest's root may not change its addresses.
 */
describe("a machine that takes another's address", function () {
  this.timeout(120_000);
  const [machine, other] = ["ghr-source-vm", "ghr-source-nb"];
  const listeners: ChildProcess[] = [];
  let mac = "";
  const ip = (...args: string[]): string => execFileSync("ip", args, { encoding: "utf8" });

  before(async () => {
    for (const name of [machine, other]) ip("netns", "add", name);
    ip("-netns", machine, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", other);
    for (const name of [machine, other])
      for (const link of ["lo", "eth0"]) ip("-netns", name, "link", "set", link, "up");
    for (const address of [own, taken]) ip("-netns", machine, "address", "add", `${address}/24`, "dev", "eth0");
    ip("-netns", other, "address", "add", `${neighbour}/24`, "dev", "eth0");
    mac =
      (JSON.parse(ip("-netns", machine, "-json", "link", "show", "eth0")) as { address: string }[])[0]?.address ?? "";
    for (const name of [machine, other])
      listeners.push(
        spawn("ip", ["netns", "exec", name, "socat", `TCP-LISTEN:${port},fork,reuseaddr`, "OPEN:/dev/null"]),
      );
    await until("both answer", 30_000, () => sends(own) && answersFor(own));
  });
  after(() => {
    for (const listener of listeners) listener.kill("SIGKILL");
    for (const name of [machine, other]) {
      spawnSync("sh", ["-c", 'ip netns pids "$1" | xargs -r kill -9; ip netns del "$1"', "sh", name]);
    }
  });

  const connects = (from: string, target: string): boolean =>
    spawnSync("ip", ["netns", "exec", from, "socat", "-u", "OPEN:/dev/null", `TCP:${target},connect-timeout=2`])
      .status === 0;
  /** Whether the neighbour gets what the machine sends from this address. */
  const sends = (source: string): boolean => connects(machine, `${neighbour}:${port},bind=${source}`);
  /** Whether the machine tells the neighbour where this address is. */
  const answersFor = (address: string): boolean => {
    ip("-netns", other, "neighbour", "flush", "dev", "eth0");
    return connects(other, `${address}:${port}`);
  };
  const load = (firewall: Partial<VmFirewall>): void => {
    const script = renderFirewall({ options: { enable: "1", policy_in: "ACCEPT" }, rules: [], ...firewall }, mac);
    execFileSync("ip", ["netns", "exec", machine, "nft", "-f", "-"], { input: script });
  };
  const set = (cidr: string): Pick<VmFirewall, "sets"> => ({ sets: { "ipfilter-net0": { entries: [{ cidr }] } } });

  it("is heard under both addresses while its addresses are not filtered", () => {
    load({});
    assert.deepEqual([sends(own), sends(taken), answersFor(own), answersFor(taken)], [true, true, true, true]);
  });

  it("is heard under its own alone once the set is there", () => {
    load(set(own));
    assert.deepEqual([sends(own), sends(taken), answersFor(own), answersFor(taken)], [true, false, true, false]);
  });

  it("is heard under the other when the set says so, and under none with the option alone", () => {
    load(set(taken));
    assert.deepEqual([sends(own), sends(taken)], [false, true]);
    load({ options: { enable: "1", policy_in: "ACCEPT", ipfilter: "1" } });
    assert.deepEqual([sends(own), sends(taken)], [false, false]);
  });

  it("has the link-local address that the filter expects of its card", () => {
    const text = ip("-netns", machine, "-6", "-json", "address", "show", "dev", "eth0", "scope", "link");
    assert.ok(text.includes(`"${linkLocalOf(mac)}"`), `${mac}: ${text}`);
  });

  it("is free again when the filter is taken away", () => {
    load({});
    assert.deepEqual([sends(taken), answersFor(taken)], [true, true]);
  });
});
