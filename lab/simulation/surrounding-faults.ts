/** Faults of what surrounds the processes: networks, clocks, disks, files, GitHub, and the commands of a plan. */
import { type StartFault, type SimulationFault, nothing } from "./fault";
import type { SimulatedHost } from "./host";
import { CURRENT } from "./programs";
import { SECRETS, type SimulatedSite } from "./site";
import { RECORDS, STATE } from "./oracle";

const HOUR = 3_600_000;

export function cutTarget(directions: (fault: SimulationFault) => ("in" | "out")[]): StartFault {
  return ({ site }, fault) => {
    const ways = directions(fault);
    const change = (by: 1 | -1): void => {
      for (const other of ["runner-1", "runner-2", "operator"]) {
        if (ways.includes("in")) site.network.cut(other, "target", by);
        if (ways.includes("out")) site.network.cut("target", other, by);
      }
    };
    change(1);
    return () => change(-1);
  };
}

export const cutFromGitHub: StartFault = ({ site }, { amount }) => {
  const name = amount < 0.5 ? "runner-1" : "monitoring";
  for (const [from, to] of [
    [name, "github"],
    ["github", name],
  ] as const)
    site.network.cut(from, to, 1);
  return () => {
    for (const [from, to] of [
      [name, "github"],
      ["github", name],
    ] as const)
      site.network.cut(from, to, -1);
  };
};

export function skewed(hostOf: (site: SimulatedSite) => SimulatedHost): StartFault {
  return ({ site }, { amount }) => {
    const host = hostOf(site);
    const by = Math.round((amount < 0.7 ? 1 : -1) * amount * 24 * HOUR);
    host.skew += by;
    return () => void (host.skew -= by);
  };
}

/** The next command of a name in a plan does otherwise. */
export function nextBehaviour(
  name: string,
  how: (fault: SimulationFault) => { seconds?: number; heldSeconds?: number; fails?: string },
): StartFault {
  return ({ site }, fault) => {
    site.behaviours.next.set(name, how(fault));
    return () => void site.behaviours.next.delete(name);
  };
}

export const leak = `cannot log in with ${SECRETS.printed}`;

/** A file of the agent is not what it should be. */
export const damaged: StartFault = (state, { amount }) => {
  const { disk } = state.site.target;
  const records = [...(disk.find(RECORDS, true)?.entries.keys() ?? [])].map((name) => `${RECORDS}/${name}`);
  const files = ["lease.json", "journal.json", "open", "reserve"].map((name) => `${STATE}/${name}`);
  const all = [...files, ...records].filter((file) => disk.find(file, false)?.kind === "file");
  const ofLease = all.includes(`${STATE}/lease.json`) && amount * 10 - Math.floor(amount * 10) < 0.4;
  const file = ofLease ? `${STATE}/lease.json` : all[Math.floor(amount * all.length)];
  const node = file === undefined ? undefined : disk.find(file, false);
  if (file === undefined || node === undefined) return undefined;
  const way = Math.floor(amount * 1000) % 4;
  // A folder takes a file's place by a write, which a read-only disk refuses to everyone.
  if (way === 3 && disk.troubles.readOnly) return undefined;
  const { content } = node;
  state.site.loop.note(`${file} is ${["emptied", "cut off", "garbage", "a folder"][way]}`);
  state.damaged = true;
  if (way === 3) {
    disk.unlink(file);
    disk.create(file, "folder", 0o755);
  } else {
    node.content = [Buffer.alloc(0), content.subarray(0, content.length / 2), Buffer.from("\0garbage{")][way] as Buffer;
    node.durable = node.content;
  }
  return nothing;
};

/** A user writes into the installed release. */
export const altered: StartFault = ({ site, truth }) => {
  const { disk } = site.target;
  const folder = disk.find(CURRENT, true);
  const page = folder?.entries.get("page");
  if (page === undefined) return undefined;
  page.content = page.durable = Buffer.from("changed by hand");
  truth.tamper();
  site.loop.note("a file of the installed release is changed by hand");
  return nothing;
};

export const github =
  (change: (outage: SimulatedSite["github"]["outage"], on: boolean) => void): StartFault =>
  ({ site }) => {
    change(site.github.outage, true);
    return () => change(site.github.outage, false);
  };

/** Whose disk, and what is wrong with it. */
export const disk =
  (
    host: "target" | "monitoring",
    begin: (host: SimulatedHost, fault: SimulationFault) => void,
    end: (host: SimulatedHost) => void,
  ): StartFault =>
  ({ site }, fault) => {
    begin(site[host], fault);
    return () => end(site[host]);
  };
