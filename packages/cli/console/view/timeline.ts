/** Deployments as timelines of their steps, and alerts as a list. Pure. */
import type { AlertStatus } from "../../monitoring/collect";
import type { ConsoleSnapshot, TargetDeployments } from "../snapshot";
import { outcomes } from "./overview";
import { linkTo, mark, moment, span, type ShownState } from "./texts";

type Deployment = TargetDeployments["deployments"][number];

/** One action as a bar on its deployment's span of time. */
export interface StepBar {
  readonly name: string;
  readonly state: ShownState;
  /** Its begin and its length, per cent of the deployment's span. */
  readonly from: number;
  readonly width: number;
  readonly took: string;
  readonly detail: string;
  /** Checks that failed. */
  readonly failedChecks: readonly string[];
  readonly checks: number;
}

export interface DeploymentTimeline {
  readonly id: string;
  readonly title: string;
  readonly state: ShownState;
  readonly facts: readonly { readonly label: string; readonly text: string; readonly link?: string }[];
  readonly bars: readonly StepBar[];
}

/** Seconds, with a tenth below ten: `0.4 s`, `12 s`, `3 min`. */
const took = (seconds: number): string => (seconds < 10 ? `${Number(seconds.toFixed(1))} s` : span(seconds));

/** The narrowest bar that can still be seen, per cent. */
const NARROWEST = 0.6;

function barsOf({ actions, startedAt, endedAt }: Deployment): StepBar[] {
  const start = Date.parse(startedAt);
  const last = actions.map((action) => Date.parse(action.startedAt) + action.seconds * 1000);
  const whole = Math.max(1, Math.max(Date.parse(endedAt), ...last) - start);
  return actions.map(({ name, ok, seconds, detail, checks, startedAt: begun }) => {
    const from = Math.min(100 - NARROWEST, Math.max(0, ((Date.parse(begun) - start) / whole) * 100));
    return {
      name,
      state: ok ? mark(/^(undo|prove)\b/.test(name) ? "warning" : "good", "done") : mark("bad", "failed"),
      from,
      width: Math.min(100 - from, Math.max(NARROWEST, ((seconds * 1000) / whole) * 100)),
      took: took(seconds),
      detail,
      failedChecks: checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.detail}`),
      checks: checks.length,
    };
  });
}

const tones = {
  succeeded: "good",
  rolled_back: "warning",
  refused: "warning",
  cancelled: "warning",
  rollback_failed: "bad",
} as const;

function timelineOf(deployment: Deployment): DeploymentTimeline {
  const { id, application, version, previousVersion, outcome, failure, owner, run } = deployment;
  const link = run === undefined ? undefined : linkTo(run);
  return {
    id,
    title: `${application} ${version}`,
    state: mark(tones[outcome], `${outcomes[outcome]} in ${took(deployment.durationSeconds)}`),
    facts: [
      { label: "id", text: id },
      { label: "before", text: previousVersion ?? "nothing" },
      { label: "started", text: moment(deployment.startedAt) },
      { label: "by", text: owner },
      ...(link === undefined ? [] : [{ label: "run", text: "at GitHub", link }]),
      ...(failure === null ? [] : [{ label: "failure", text: `${failure.code}: ${failure.detail}` }]),
    ],
    bars: barsOf(deployment),
  };
}

/** The open deployment of a target: what ended, and what runs. */
export interface OpenView {
  readonly title: string;
  readonly state: ShownState;
  readonly ended: readonly string[];
  readonly running: string | null;
}

function openOf(open: NonNullable<TargetDeployments["open"]>, at: Date): OpenView {
  const since = span((at.getTime() - Date.parse(open.startedAt)) / 1000);
  const isHeld = open.lease === "held";
  return {
    title: `version ${open.version} by ${open.owner}`,
    state: mark(isHeld ? "neutral" : "bad", isHeld ? `runs for ${since}` : `its deployer is gone; open for ${since}`),
    ended: open.ended,
    running: open.running,
  };
}

export interface TargetTimelines {
  readonly target: string;
  readonly problem: string | null;
  readonly open: OpenView | null;
  readonly timelines: readonly DeploymentTimeline[];
}

export function timelinesOf({ deployments }: ConsoleSnapshot, at: Date): TargetTimelines[] {
  return (deployments.data ?? []).map(({ target, problem, open, deployments: last }) => ({
    target,
    problem,
    open: open === null ? null : openOf(open, at),
    timelines: last.map(timelineOf),
  }));
}

export interface AlertView {
  readonly name: string;
  readonly state: ShownState;
  readonly who: string;
  readonly since: string;
  readonly summary: string;
  readonly runbook: string | undefined;
}

function toneOf({ state, severity }: AlertStatus): ShownState["tone"] {
  if (state !== "firing") return "neutral";
  return severity === "critical" ? "bad" : severity === "warning" ? "warning" : "neutral";
}

/** Alerts in the order of their reader: those that fire first, the critical ones before the others. */
export function alertsOf({ monitoring }: ConsoleSnapshot, at: Date): AlertView[] {
  return (monitoring.data?.alerts ?? []).map((alert) => ({
    name: alert.name,
    state: mark(toneOf(alert), `${alert.state}, ${alert.severity}`),
    who: [alert.role, alert.runner].filter((part) => part !== null).join(" "),
    since: span((at.getTime() - Date.parse(alert.since)) / 1000),
    summary: alert.summary,
    runbook: linkTo(alert.runbook),
  }));
}
