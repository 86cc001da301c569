/** The stack at a glance: machines and runners from every side, and who deploys next. Pure. */
import type { JobStatus } from "../../status/report";
import type { ConsoleSnapshot, Topology } from "../snapshot";
import { ago, mark, moment, runbookLink, span, type ShownState } from "./texts";

/** One runner from every side. */
export interface RunnerCardView {
  readonly name: string;
  readonly role: string;
  readonly vmId: number;
  readonly address: string;
  /** Its machine, as Proxmox VE shows it. */
  readonly machine: ShownState;
  /** Its registration, as GitHub shows it. */
  readonly github: ShownState;
  /** Its own host, as its exporters show it. */
  readonly host: ShownState;
  /** The failover switch's grade of both. */
  readonly grade: ShownState;
  readonly reasons: readonly string[];
  /** Whether the next deployment uses it. */
  readonly next: boolean;
}

export interface NodeView {
  readonly node: string;
  readonly runners: readonly RunnerCardView[];
}

type Runner = Topology["runners"][number];

function machineOf({ status }: ConsoleSnapshot, { vmId }: Runner): ShownState {
  const seen = status.data?.machines.find((machine) => machine.vmId === vmId)?.status ?? "unknown";
  if (seen === "unknown") return mark("unknown", "unknown");
  return mark(seen === "running" ? "good" : "bad", seen);
}

function githubOf({ status }: ConsoleSnapshot, { name }: Runner): ShownState {
  if (status.data?.hosts === "skip") return mark("neutral", "not managed by this stack");
  const seen = status.data?.runners.find((runner) => runner.name === name);
  if (seen === undefined || seen.status === "unknown") return mark("unknown", "unknown");
  if (seen.status !== "online") return mark("bad", seen.status === "missing" ? "not registered" : "offline");
  const wrong = seen.missingLabels.length + seen.unexpectedLabels.length > 0;
  const text = `online, ${seen.busy ? "busy" : "idle"}${wrong ? ", other labels than configured" : ""}`;
  return mark(wrong ? "bad" : "good", text);
}

function hostOf({ monitoring }: ConsoleSnapshot, { name }: Runner): ShownState {
  if (monitoring.state === "off") return mark("neutral", "not watched");
  const exporters = (monitoring.data?.targets ?? []).filter(({ subject }) => subject === name);
  const down = exporters.filter(({ health }) => health === "down");
  if (down.length > 0) return mark("bad", `${down.map(({ job }) => job).join(", ")} does not answer`);
  const isSeen = exporters.length > 0 && exporters.every(({ health }) => health === "up");
  return isSeen ? mark("good", "exporters answer") : mark("unknown", "unknown");
}

function gradeOf({ gate }: ConsoleSnapshot, { name }: Runner): { grade: ShownState; reasons: readonly string[] } {
  if (gate.state === "off") return { grade: mark("neutral", "no failover switch"), reasons: [] };
  const judged = gate.data?.decision?.runners.find((runner) => runner.name === name);
  if (judged === undefined) return { grade: mark("unknown", "unknown"), reasons: [] };
  const tone = { healthy: "good", degraded: "warning", unusable: "bad" } as const;
  return { grade: mark(tone[judged.grade], judged.grade), reasons: judged.reasons };
}

/** Name of the runner that deploys next; null: none may, or it is not known. */
export function nextRunner({ gate, status }: ConsoleSnapshot): string | null {
  if (gate.state === "off") return status.data?.choice?.runner ?? null;
  return gate.data !== null && gate.data.problems.length === 0 ? (gate.data.decision?.runner ?? null) : null;
}

/** The nodes of Proxmox VE with the runners on each, in the order of the configuration. */
export function nodesOf(snapshot: ConsoleSnapshot): NodeView[] {
  const next = nextRunner(snapshot);
  const nodes = new Map<string, RunnerCardView[]>();
  for (const runner of snapshot.topology.runners) {
    const { name, role, vmId, address, node } = runner;
    const view: RunnerCardView = {
      ...{ name, role, vmId, address, next: name === next },
      machine: machineOf(snapshot, runner),
      github: githubOf(snapshot, runner),
      host: hostOf(snapshot, runner),
      ...gradeOf(snapshot, runner),
    };
    nodes.set(node, [...(nodes.get(node) ?? []), view]);
  }
  return [...nodes].map(([node, runners]) => ({ node, runners }));
}

/** The newest job on a runner of the stack, or why there is none to show. */
export function lastJobOf({ status }: ConsoleSnapshot): { readonly job: JobStatus | null; readonly why: string } {
  const isKnown = status.data !== null && !status.data.unknown.includes("lastJob");
  return { job: status.data?.lastJob ?? null, why: isKnown ? "None yet." : "Not known." };
}

/** A place beside the runners: GitHub's environment, the monitoring host, a target. */
export interface PlaceView {
  readonly name: string;
  readonly about: string;
  readonly state: ShownState;
}

export function environmentPlace({ status, environment }: ConsoleSnapshot): PlaceView {
  const seen = status.data?.deployment;
  const name = `environment ${seen?.name ?? environment}`;
  if (status.data === null) return { name, about: "", state: mark("unknown", "unknown") };
  if (seen === null || seen === undefined) return { name, about: "", state: mark("neutral", "not managed") };
  if (status.data.unknown.includes("deployment")) return { name, about: "", state: mark("unknown", "not known") };
  if (seen.asConfigured) return { name, about: "", state: mark("good", "protected as configured") };
  const differs = seen.protection === null ? "not there" : "protected otherwise than configured";
  return { name, about: "", state: mark("bad", differs) };
}

export function monitoringPlace({ monitoring, topology }: ConsoleSnapshot): PlaceView {
  const name = "Monitoring";
  const about = topology.monitoring ?? "";
  const { data } = monitoring;
  if (monitoring.state === "off") return { name, about, state: mark("neutral", "none") };
  if (data === null) return { name, about, state: mark("unknown", "unknown") };
  const down = data.targets.filter(({ health }) => health !== "up").length;
  if (data.rules.rules === 0) return { name, about, state: mark("bad", "has none of this stack's rules") };
  if (!data.watchdog) return { name, about, state: mark("bad", "the Watchdog does not fire") };
  if (data.rules.broken.length > 0) return { name, about, state: mark("bad", "a rule cannot be evaluated") };
  return down > 0
    ? { name, about, state: mark("bad", `${down} of ${data.targets.length} exporters do not answer`) }
    : { name, about, state: mark("good", `${data.targets.length} exporters, ${data.rules.rules} rules`) };
}

export function targetPlaces({ deployments, topology }: ConsoleSnapshot, at: Date): PlaceView[] {
  return topology.targets.map(({ name, address: about }) => {
    const seen = deployments.data?.find(({ target }) => target === name);
    if (seen === undefined) return { name, about, state: mark("unknown", "unknown") };
    if (seen.problem !== null) return { name, about, state: mark("bad", seen.problem) };
    if (seen.open !== null)
      return {
        name,
        about,
        state: mark("warning", `version ${seen.open.version} since ${ago(seen.open.startedAt, at)}`),
      };
    const [last] = seen.deployments;
    if (last === undefined) return { name, about, state: mark("neutral", "nothing was deployed yet") };
    const tone = last.outcome === "rollback_failed" ? "bad" : last.outcome === "succeeded" ? "good" : "warning";
    return { name, about, state: mark(tone, `version ${last.version} ${outcomes[last.outcome]}`) };
  });
}

/** An outcome in words. */
export const outcomes = {
  succeeded: "succeeded",
  rolled_back: "was rolled back",
  refused: "was refused",
  cancelled: "was cancelled",
  rollback_failed: "is half undone: its rollback failed",
} as const;

/** Who deploys next, and why. */
export interface NextDeployment {
  readonly headline: ShownState;
  readonly why: readonly string[];
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  /** The next thing to do; its link if it is a runbook. */
  readonly next: { readonly text: string; readonly link: string | undefined } | null;
  /** The last changes, the newest first. */
  readonly changes: readonly { readonly at: string; readonly runner: string; readonly why: string }[];
}

export function nextDeployment({ gate, topology }: ConsoleSnapshot): NextDeployment {
  const nothing = { why: [], facts: [], next: null, changes: [] };
  if (gate.state === "off")
    return { ...nothing, headline: mark("neutral", "No failover switch chooses"), why: [gate.problem ?? ""] };
  const view = gate.data;
  if (view === null) return { ...nothing, headline: mark("unknown", "Not known yet") };
  const { decision, problems, ageSeconds, toldUntil, next } = view;
  const good = problems.length === 0 && decision?.runner != null;
  const tone = decision?.role === "primary" && decision.reason === "primary_healthy" ? "good" : "warning";
  return {
    headline: good
      ? mark(tone, `${decision.runner} (${decision.role}) deploys next`)
      : mark("bad", "No runner may deploy now"),
    why: good ? [decision.explanation] : problems,
    facts: [
      ...(view.pause === null
        ? []
        : [{ label: "paused until", text: `${moment(view.pause.until)}, by ${view.pause.by}: ${view.pause.note}` }]),
      ...(ageSeconds === null ? [] : [{ label: "decided", text: `${span(ageSeconds)} before it was read` }]),
      { label: "published at GitHub until", text: toldUntil === null ? "never" : moment(toldUntil) },
      { label: "unit of the switch", text: view.unit },
    ],
    next: next === null ? null : { text: next, link: runbookLink(next, topology.runbooks) },
    changes: [...view.changes].reverse().map((change) => ({
      at: moment(change.decidedAt),
      runner: change.runner ?? "none",
      why: change.cause === null ? change.reason : `${change.reason} (${change.cause})`,
    })),
  };
}

/** The one line that says how the stack is, and all that is wrong, each cause once. */
export function verdict(snapshot: ConsoleSnapshot): {
  readonly headline: ShownState;
  readonly problems: readonly string[];
} {
  const { status, gate, monitoring, deployments } = snapshot;
  const unread = Object.entries({ status, "failover switch": gate, monitoring, deployments }).flatMap(([name, part]) =>
    part.state === "failed" ? [`${name} cannot be read: ${part.problem ?? "no answer"}`] : [],
  );
  const targets = (deployments.data ?? []).flatMap(({ target, problem }) =>
    problem === null ? [] : [`target ${target}: ${problem}`],
  );
  const problems = [
    ...new Set([...unread, ...targets, ...(status.data?.problems ?? []), ...(gate.data?.problems ?? [])]),
  ];
  if (problems.length > 0)
    return {
      headline: mark("bad", problems.length === 1 ? "1 problem" : `${problems.length} problems`),
      problems,
    };
  const isLoading = [status, gate, monitoring, deployments].some(({ state }) => state === "loading");
  return { headline: isLoading ? mark("unknown", "Being read") : mark("good", "Healthy"), problems };
}
