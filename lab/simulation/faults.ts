/** Faults of a run: how each kind begins and how it ends. */
import { CURRENT } from "./programs";
import type { Deployers } from "./deployers";
import type { SimulatedHost } from "./host";
import type { SimulatedProcess } from "./processes";
import { SECRETS, type Site } from "./site";
import { RECORDS, STATE, type Oracle } from "./oracle";
import type { SwitchHost } from "./switch-host";

export interface SimulationFault {
  readonly kind: FaultKind;
  /** ms since the beginning. */
  readonly at: number;
  readonly seconds: number;
  /** 0 to 1: how much, or which one. */
  readonly amount: number;
}

export interface RunState {
  readonly site: Site;
  readonly deployers: Deployers;
  readonly switchHost: SwitchHost;
  readonly truth: Oracle;
  /** Kinds that had an effect. */
  readonly happened: Set<string>;
  /** Something was damaged that no program can repair by itself. */
  damaged: boolean;
}

/** How a fault begins. @returns how it ends, or undefined where it had no effect */
type Begin = (state: RunState, fault: SimulationFault) => (() => void) | undefined;

const nothing = (): void => undefined;
const HOUR = 3_600_000;

/** The process that something is to happen to may not be there yet: it is looked for so long, ms. */
const PATIENCE_MS = 20_000;

function whenThere(
  state: RunState,
  fault: SimulationFault,
  find: () => SimulatedProcess | undefined,
  act: (process: SimulatedProcess) => void,
): () => void {
  const { world } = state.site;
  const until = world.now + PATIENCE_MS;
  const look = (): void => {
    const found = find();
    if (found !== undefined) {
      state.happened.add(fault.kind);
      act(found);
    } else if (world.now < until) world.later(100, look);
  };
  look();
  return nothing;
}

const agentAtWork =
  ({ site }: RunState) =>
  (): SimulatedProcess | undefined =>
    site.target.holderOf("deploy");
/** One that waits for no lock, or for the senders' alone. */
const agentBeside =
  ({ site }: RunState) =>
  (): SimulatedProcess | undefined =>
    [...site.target.processes].find((process) => / agent (renew|give-up|sent|claim|release) /.test(process.name));
const deployerAtWork =
  ({ deployers }: RunState) =>
  (): SimulatedProcess | undefined =>
    [...deployers.atWork][0];

/** Somewhere in the next calls of the file system that the agent makes. */
const inTheMiddle =
  (
    onFatalCall: (state: RunState, fault: SimulationFault, process: SimulatedProcess) => void,
    find = agentAtWork,
    most = 250,
  ): Begin =>
  (state, fault) =>
    whenThere(state, fault, find(state), (process) => {
      const calls = 1 + Math.floor(fault.amount * most);
      process.fatalCall = process.calls + calls;
      process.onFatalCall = () => {
        state.site.world.note(`${fault.kind} in call ${calls} from now of ${process.name}`);
        onFatalCall(state, fault, process);
      };
    });

/** The kernel lets others run for a while. */
function pause({ site }: RunState, { seconds }: SimulationFault, process: SimulatedProcess): void {
  process.stop();
  site.world.takeTime(seconds * 100, process);
  process.goOn();
}

function stopped(find: (state: RunState) => () => SimulatedProcess | undefined): Begin {
  return (state, fault) =>
    whenThere(state, fault, find(state), (process) => {
      process.stop();
      state.site.world.note(`${process.name} is stopped for ${fault.seconds} s`);
      state.site.world.later(fault.seconds * 1000, () => process.goOn());
    });
}

function powerCut({ site }: RunState, host: SimulatedHost, seconds: number): void {
  host.powerOff();
  site.world.later(seconds * 1000, () => site.boot(host));
}

function cutTarget(directions: (fault: SimulationFault) => ("in" | "out")[]): Begin {
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

const cutFromGitHub: Begin = ({ site }, { amount }) => {
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

function skewed(hostOf: (site: Site) => SimulatedHost): Begin {
  return ({ site }, { amount }) => {
    const host = hostOf(site);
    const by = Math.round((amount < 0.7 ? 1 : -1) * amount * 24 * HOUR);
    host.skew += by;
    return () => void (host.skew -= by);
  };
}

/** The next command of a name in a plan does otherwise. */
function nextBehaviour(
  name: string,
  how: (fault: SimulationFault) => { seconds?: number; heldSeconds?: number; fails?: string },
): Begin {
  return ({ site }, fault) => {
    site.behaviours.next.set(name, how(fault));
    return () => void site.behaviours.next.delete(name);
  };
}

const leak = `cannot log in with ${SECRETS.printed}`;

/** A file of the agent is not what it should be. */
const damaged: Begin = (state, { amount }) => {
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
  state.site.world.note(`${file} is ${["emptied", "cut off", "garbage", "a folder"][way]}`);
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
const altered: Begin = ({ site, truth }) => {
  const { disk } = site.target;
  const folder = disk.find(CURRENT, true);
  const page = folder?.entries.get("page");
  if (page === undefined) return undefined;
  page.content = page.durable = Buffer.from("changed by hand");
  truth.tamper();
  site.world.note("a file of the installed release is changed by hand");
  return nothing;
};

const github =
  (change: (outage: Site["github"]["outage"], on: boolean) => void): Begin =>
  ({ site }) => {
    change(site.github.outage, true);
    return () => change(site.github.outage, false);
  };

/** Whose disk, and what is wrong with it. */
const disk =
  (
    host: "target" | "monitoring",
    begin: (host: SimulatedHost, fault: SimulationFault) => void,
    end: (host: SimulatedHost) => void,
  ): Begin =>
  ({ site }, fault) => {
    begin(site[host], fault);
    return () => end(site[host]);
  };

const kinds = {
  "kill-agent": inTheMiddle((_, __, process) => process.kill()),
  "agent-pauses-in-call": inTheMiddle(pause),
  "other-pauses-in-call": inTheMiddle(pause, agentBeside, 40),
  "power-cut-in-call": inTheMiddle((state, { seconds }) => powerCut(state, state.site.target, seconds)),
  "power-cut": (state, { seconds }) => (powerCut(state, state.site.target, seconds), nothing),
  "stop-agent": stopped(agentAtWork),
  "stop-deployer": stopped(deployerAtWork),
  "kill-deployer": (state, fault) => whenThere(state, fault, deployerAtWork(state), (process) => process.kill()),
  "interrupt-deployer": (state, fault) =>
    whenThere(state, fault, deployerAtWork(state), (process) => process.signal("SIGINT")),
  "disk-full": disk(
    "target",
    ({ disk: d }, { amount }) => d.fill(Math.floor(amount * 40_000)),
    ({ disk: d }) => void (d.troubles.full = false),
  ),
  "disk-broken": disk(
    "target",
    ({ disk: d }, { amount }) => void (d.troubles.broken = 0.002 + amount * 0.1),
    ({ disk: d }) => void (d.troubles.broken = 0),
  ),
  "disk-read-only": disk(
    "target",
    ({ disk: d }) => void (d.troubles.readOnly = true),
    ({ disk: d }) => void (d.troubles.readOnly = false),
  ),
  "damaged-file": damaged,
  "altered-release": altered,
  "network-cut": cutTarget(() => ["in", "out"]),
  "network-half-open": cutTarget(({ amount }) => [amount < 0.5 ? "in" : "out"]),
  "network-slow": ({ site }, { amount }) => {
    const by = 500 + amount * 6_000;
    site.network.slowness += by;
    return () => void (site.network.slowness -= by);
  },
  "answer-lost": ({ site }) => {
    site.network.silentAnswers += 1;
    return () => void (site.network.silentAnswers = 0);
  },
  "clock-of-target": skewed(({ target }) => target),
  "clock-of-monitoring": skewed(({ monitoring }) => monitoring),
  "clock-of-runner": skewed(({ primary }) => primary),
  "github-down": github((outage, on) => void (outage.down = on)),
  "github-failing": github((outage, on) => void (outage.failing = on ? 0.5 : 0)),
  "github-silent": github((outage, on) => void (outage.silent = on ? 0.5 : 0)),
  "github-limited": github((outage, on) => void (outage.limited = on)),
  "cut-from-github": cutFromGitHub,
  "runner-power-cut": (state, { seconds }) => (powerCut(state, state.site.primary, seconds), nothing),
  "monitoring-power-cut": (state, { seconds }) => (powerCut(state, state.site.monitoring, seconds), nothing),
  "kill-switch": ({ switchHost }) => (switchHost.kill(), nothing),
  "monitoring-disk-full": disk(
    "monitoring",
    ({ disk: d }) => d.fill(0),
    ({ disk: d }) => void (d.troubles.full = false),
  ),
  "step-fails": nextBehaviour("work", () => ({ fails: leak })),
  "step-hangs": nextBehaviour("work", () => ({ seconds: Infinity })),
  "step-is-slow": nextBehaviour("work", ({ amount }) => ({ seconds: 2 + amount * 15 })),
  "output-held": nextBehaviour("work", ({ amount }) => ({ heldSeconds: 60 + amount * 3_000 })),
  "undo-fails": nextBehaviour("unwork", () => ({ fails: leak })),
  "no-scopes": ({ site }, { amount }) => {
    site.target.withoutScopes = 0.05 + amount * 0.5;
    return () => void (site.target.withoutScopes = 0);
  },
} as const satisfies Record<string, Begin>;

export type FaultKind = keyof typeof kinds;
export const faultKinds = Object.keys(kinds) as FaultKind[];
/** Kinds that cut into the agent's own work: most of what is to be found is found by them. */
export const sharpKinds: readonly FaultKind[] = [
  "kill-agent",
  "agent-pauses-in-call",
  "power-cut-in-call",
  "disk-full",
  "disk-broken",
  "damaged-file",
  "no-scopes",
];

/** Puts a fault into the world's time. @returns ends it at once, where it has not ended by then */
export function schedule(state: RunState, fault: SimulationFault): () => void {
  const { world } = state.site;
  let end: (() => void) | undefined;
  let isOver = false;
  const over = (): void => {
    isOver = true;
    end?.();
    end = undefined;
  };
  world.later(fault.at, () => {
    if (isOver) return;
    world.note(`fault ${fault.kind} for ${fault.seconds} s`);
    end = kinds[fault.kind](state, fault);
    // Those that wait for a process say themselves when they had an effect.
    if (
      end !== undefined &&
      !/^(kill-agent|agent-pauses|other-pauses|power-cut-in-call|stop-|kill-deployer|interrupt)/.test(fault.kind)
    )
      state.happened.add(fault.kind);
    world.later(fault.seconds * 1000, over);
  });
  return over;
}
