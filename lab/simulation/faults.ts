/** The kinds of faults of a run, and when one of them begins and ends. */
import { type StartFault, type SimulationFault, nothing, type RunState } from "./fault";
import {
  agentBeside,
  deployerAtWork,
  agentAtWork,
  inTheMiddle,
  pause,
  powerCut,
  stopped,
  whenThere,
} from "./process-faults";
import {
  altered,
  cutFromGitHub,
  cutTarget,
  damaged,
  disk,
  github,
  leak,
  nextBehaviour,
  skewed,
} from "./surrounding-faults";

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
} as const satisfies Record<string, StartFault>;

export type FaultKind = keyof typeof kinds;
/** A fault of one of these kinds. */
export interface PlannedFault extends SimulationFault {
  readonly kind: FaultKind;
}
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

/** Schedules a fault. @returns a function that ends the fault, where it has not ended yet */
export function schedule(state: RunState, fault: PlannedFault): () => void {
  const { loop } = state.site;
  let end: (() => void) | undefined;
  let isOver = false;
  const over = (): void => {
    isOver = true;
    end?.();
    end = undefined;
  };
  loop.later(fault.at, () => {
    if (isOver) return;
    loop.note(`fault ${fault.kind} for ${fault.seconds} s`);
    end = kinds[fault.kind](state, fault);
    // Those that wait for a process say themselves when they had an effect.
    if (
      end !== undefined &&
      !/^(kill-agent|agent-pauses|other-pauses|power-cut-in-call|stop-|kill-deployer|interrupt)/.test(fault.kind)
    )
      state.happened.add(fault.kind);
    loop.later(fault.seconds * 1000, over);
  });
  return over;
}
