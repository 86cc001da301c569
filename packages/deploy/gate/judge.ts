/**
 * The runner gate: decides which labels a deployment may request now. Pure.
 *
 * The monitoring host writes the repository variable DEPLOY_RUNNER; the gate checks that it is fresh, that it is for
 * this environment, and that GitHub itself shows such a runner as online. Otherwise it refuses, with the reason and a
 * runbook.
 */
import { setVariable } from "@ghrunners/core/github/gh";
import type { Repository } from "@ghrunners/core/github/repository";
import { carries, type GitHubRunner } from "@ghrunners/core/github/runner";
import { CHOICE_VARIABLE, GATE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import { type ChoiceSeen, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { pauseProblem } from "@ghrunners/failover/choice/pause";
import { runbookCommand } from "../runbooks";

export interface GateApproval {
  readonly go: true;
  readonly labels: readonly string[];
  /** Role of the runner. */
  readonly runner: string;
  readonly reason: string;
  readonly remark?: string;
}

export interface GateRefusal {
  readonly go: false;
  readonly reason: string;
  readonly runbook: string;
}

export interface GateRequest {
  /** Text of DEPLOY_RUNNER; empty if it is not set. */
  readonly variable: string;
  /** `auto`, `primary` or `secondary`. */
  readonly wanted: string;
  /** Label that the environment's runners carry: the setting `environment` of their stack. */
  readonly label: string;
  readonly now: Date;
}

/** Runbooks for refusals, paths below docs/runbooks. */
export const runbooks = {
  blind: "monitoring-blind.md#failoverswitchstale",
  offline: "offline-restore.md#runneroffline",
  none: "offline-restore.md#noauthorisedcapacity",
  network: "network-unreachable.md",
  paused: "deployment-failed.md",
  machine: "deployment-failed.md",
} as const;

/** Joins a foreign text into one line: a runner treats lines that begin with two colons as commands. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

export const stop = (reason: string, runbook: keyof typeof runbooks): GateRefusal => ({
  go: false,
  reason: oneLine(reason),
  runbook: runbooks[runbook],
});

function refusalOf(seen: Exclude<ChoiceSeen, { state: "fresh" }>, now: Date): GateRefusal {
  switch (seen.state) {
    case "missing":
      return stop(
        `The repository variable ${CHOICE_VARIABLE} is not set. Expected the monitoring host to keep it.`,
        "blind",
      );
    case "unreadable":
      return stop(
        `${CHOICE_VARIABLE} is not JSON with labels, runner, reason, decidedAt and expiresAt. Expected the text that the failover switch writes.`,
        "blind",
      );
    case "future":
      return stop(
        `${CHOICE_VARIABLE} was decided at ${seen.choice.decidedAt}, which is in the future. Expected clocks that agree.`,
        "blind",
      );
    case "expired":
      return stop(
        `${CHOICE_VARIABLE} expired at ${seen.choice.expiresAt}, and it is ${now.toISOString()}: the failover switch is not running.`,
        "blind",
      );
    case "refused":
      return stop(`The monitoring host offers no runner: ${seen.choice.reason}`, "none");
  }
}

/**
 * Refuses while deployments to the environment are paused, also those that ask for a runner by hand.
 * @param variable text of DEPLOY_PAUSED; undefined: it is not set
 */
export function judgePause(
  variable: string | undefined,
  { label, now }: Pick<GateRequest, "label" | "now">,
): GateRefusal | null {
  const problem = pauseProblem(variable, label, now);
  return problem === undefined ? null : stop(problem, "paused");
}

/** Judges DEPLOY_RUNNER, before GitHub is queried. */
export function judgeChoice({ variable, wanted, label, now }: GateRequest): GateApproval | GateRefusal {
  if (wanted === "primary" || wanted === "secondary") {
    const labels = runnerLabels(label, wanted);
    const remark = `${CHOICE_VARIABLE} was not checked.`;
    return { go: true, labels, runner: wanted, reason: `${wanted} was requested by hand`, remark };
  }
  if (wanted !== "auto")
    return stop(`The requested runner is "${wanted}". Expected auto, primary or secondary.`, "none");
  const seen = readChoice(variable, now);
  if (seen.state !== "fresh") return refusalOf(seen, now);
  const { labels, runner, reason } = seen.choice;
  if (carries(labels, ["self-hosted", label]))
    return { go: true, labels, runner: oneLine(runner ?? "unnamed"), reason: oneLine(reason) };
  const names = labels.join(", ");
  return stop(`${CHOICE_VARIABLE} names ${names}. Expected self-hosted and ${label} among them.`, "blind");
}

/** Checks the chosen labels against GitHub's view of the runners. */
export function judgeRunners(
  choice: GateApproval,
  runners: readonly Omit<GitHubRunner, "id" | "version">[],
): GateApproval | GateRefusal {
  const eligible = runners.filter(({ labels }) => carries(labels, choice.labels));
  const wanted = choice.labels.join(", ");
  if (eligible.length === 0) return stop(`GitHub knows no runner with the labels ${wanted}.`, "offline");
  const online = eligible.filter((runner) => runner.online);
  if (online.length === 0) {
    return stop(`GitHub shows ${eligible.map(({ name }) => name).join(" and ")} (${wanted}) as offline.`, "offline");
  }
  if (online.some(({ busy }) => !busy)) return choice;
  return { ...choice, remark: "The runner is busy: the job waits until it is free." };
}

/**
 * Refuses where the gate runs on one of the runners that it judges: a job there could change its answer, and read its
 * token.
 * @param machine name of the runner that runs the gate
 * @param where the repository that deploys
 */
export function judgeMachine(
  machine: string,
  label: string,
  runners: readonly Pick<GitHubRunner, "name" | "labels">[],
  where: Pick<Repository, "url" | "fullName">,
): GateRefusal | null {
  if (!runners.some(({ name, labels }) => name === machine && carries(labels, [label]))) return null;
  return stop(
    `The runner gate runs on ${machine}, which has the label ${label}: a job there could change its answer and read its ` +
      `token. Expected a machine that it does not judge. Next: ${setVariable(where, GATE_VARIABLE, '["self-hosted","gate"]')}`,
    "machine",
  );
}

/**
 * Lines about maintenance for users: one for each runner in maintenance, or one that this is unknown. For information
 * only: the monitoring host has already considered it in its choice.
 * @param variable text of RUNNER_MAINTENANCE; empty if it is not set
 */
export function maintenanceBanner(variable: string, now: Date): string[] {
  const seen = maintenances.parse(variable, now);
  if (!seen.known)
    return ["**Maintenance**: RUNNER_MAINTENANCE cannot be read, so it is unknown whether a runner is in maintenance."];
  return seen.entries.map(({ name, until, reason, by }) =>
    oneLine(`**Maintenance** of ${name} until ${until}: ${reason} (${by})`),
  );
}

/**
 * The verdict for the job's summary; packages/cli/deploy/snapshot.ts parses it.
 * @param folder address of the folder of runbooks @param banner lines to show above everything
 */
export function renderSummary(
  verdict: GateApproval | GateRefusal,
  folder: string,
  banner: readonly string[] = [],
): string {
  const above = banner.map((line) => `> ${line}\n\n`).join("");
  if (!verdict.go) {
    const command = runbookCommand(verdict.runbook);
    const helps = [
      `Runbook: ${folder}/${verdict.runbook}`,
      ...(command === undefined ? [] : [`The same with the stack's values: \`${command}\``]),
    ];
    return `${above}### No runner for this deployment\n\n${verdict.reason}\n\n${helps.join("\n\n")}\n`;
  }
  const lines = [
    `### Runner: ${verdict.runner}`,
    `Labels: \`${verdict.labels.join("`, `")}\``,
    `Reason: ${verdict.reason}`,
    ...(verdict.remark === undefined ? [] : [verdict.remark]),
  ];
  return `${above}${lines.join("\n\n")}\n`;
}
