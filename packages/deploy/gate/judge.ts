/**
 * The runner gate: which labels may a deployment ask for, now? Pure.
 *
 * The monitoring host writes the repository variable DEPLOY_RUNNER; the gate checks that it is fresh, that it is meant for
 * this environment, and that GitHub itself shows such a runner online. Otherwise it refuses with the reason and a runbook.
 */
import { carries, type GitHubRunner } from "@ghrunners/core/github/runner";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import { type ChoiceSeen, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { parseMaintenance } from "@ghrunners/failover/choice/maintenance";

export interface Go {
  readonly go: true;
  readonly labels: readonly string[];
  /** Role of the runner. */
  readonly runner: string;
  readonly reason: string;
  readonly remark?: string;
}

export interface Stop {
  readonly go: false;
  readonly reason: string;
  readonly runbook: string;
}

export interface Question {
  /** Text of DEPLOY_RUNNER; empty when it is not set. */
  readonly variable: string;
  /** auto, primary or secondary. */
  readonly wanted: string;
  /** Label that the environment's runners carry: the setting `environment` of their stack. */
  readonly label: string;
  readonly now: Date;
}

/** Below docs/runbooks. */
export const runbooks = {
  blind: "monitoring-blind.md#failoverswitchstale",
  offline: "offline-restore.md#runneroffline",
  none: "offline-restore.md#noauthorisedcapacity",
  network: "network-unreachable.md",
} as const;

/** A text from elsewhere must not start a line: a runner takes lines with two colons as commands. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

export const stop = (reason: string, runbook: keyof typeof runbooks): Stop => ({
  go: false,
  reason: oneLine(reason),
  runbook: runbooks[runbook],
});

function refusalOf(seen: Exclude<ChoiceSeen, { state: "fresh" }>, now: Date): Stop {
  switch (seen.state) {
    case "missing":
      return stop(
        `The repository variable ${CHOICE_VARIABLE} is not set. Expected the monitoring host to keep it.`,
        "blind",
      );
    case "unreadable":
      return stop(
        `${CHOICE_VARIABLE} is no JSON with labels, runner, reason, decidedAt and expiresAt. Who wrote it?`,
        "blind",
      );
    case "future":
      return stop(
        `${CHOICE_VARIABLE} was decided at ${seen.choice.decidedAt}, which is in the future. Expected clocks that agree.`,
        "blind",
      );
    case "expired":
      return stop(
        `${CHOICE_VARIABLE} expired at ${seen.choice.expiresAt}, and it is ${now.toISOString()}: nobody watches the runners.`,
        "blind",
      );
    case "refused":
      return stop(`The monitoring host offers no runner: ${seen.choice.reason}`, "none");
  }
}

/** What DEPLOY_RUNNER says, before GitHub is asked. */
export function judgeChoice({ variable, wanted, label, now }: Question): Go | Stop {
  if (wanted === "primary" || wanted === "secondary") {
    const labels = runnerLabels(label, wanted);
    const remark = `${CHOICE_VARIABLE} was not looked at.`;
    return { go: true, labels, runner: wanted, reason: `${wanted} was asked for by hand`, remark };
  }
  if (wanted !== "auto")
    return stop(`The runner asked for is "${wanted}". Expected auto, primary or secondary.`, "none");
  const seen = readChoice(variable, now);
  if (seen.state !== "fresh") return refusalOf(seen, now);
  const { labels, runner, reason } = seen.choice;
  if (carries(labels, ["self-hosted", label]))
    return { go: true, labels, runner: oneLine(runner ?? "unnamed"), reason: oneLine(reason) };
  const names = labels.join(", ");
  return stop(`${CHOICE_VARIABLE} names ${names}. Expected self-hosted and ${label} among them.`, "blind");
}

/** GitHub's own view of the labels that were chosen. */
export function judgeRunners(choice: Go, runners: readonly Omit<GitHubRunner, "id" | "version">[]): Go | Stop {
  const eligible = runners.filter(({ labels }) => carries(labels, choice.labels));
  const wanted = choice.labels.join(", ");
  if (eligible.length === 0) return stop(`GitHub knows no runner with the labels ${wanted}.`, "offline");
  const online = eligible.filter((runner) => runner.online);
  if (online.length === 0) {
    return stop(`GitHub shows ${eligible.map(({ name }) => name).join(" and ")} (${wanted}) offline.`, "offline");
  }
  if (online.some(({ busy }) => !busy)) return choice;
  return { ...choice, remark: "The runner is busy: the job waits until it is free." };
}

/**
 * What people should know of a maintenance: a line for each runner in one now, or that nobody can tell. It decides
 * nothing: the monitoring host has taken it into its choice.
 * @param variable text of RUNNER_MAINTENANCE; empty when it is not set
 */
export function maintenanceBanner(variable: string, now: Date): string[] {
  const seen = parseMaintenance(variable, now);
  if (!seen.known)
    return ["**Maintenance**: RUNNER_MAINTENANCE cannot be read, so nobody can tell whether a runner is in one."];
  return seen.runners.map(({ name, until, reason, by }) =>
    oneLine(`**Maintenance** of ${name} until ${until}: ${reason} (${by})`),
  );
}

/**
 * The verdict for the job's summary; packages/cli/deploy/snapshot.ts reads it again.
 * @param folder address of the folder of runbooks @param banner lines above everything
 */
export function renderSummary(verdict: Go | Stop, folder: string, banner: readonly string[] = []): string {
  const above = banner.map((line) => `> ${line}\n\n`).join("");
  if (!verdict.go) {
    return `${above}### No runner for this deployment\n\n${verdict.reason}\n\nRunbook: ${folder}/${verdict.runbook}\n`;
  }
  const lines = [
    `### Runner: ${verdict.runner}`,
    `Labels: \`${verdict.labels.join("`, `")}\``,
    `Reason: ${verdict.reason}`,
    ...(verdict.remark === undefined ? [] : [verdict.remark]),
  ];
  return `${above}${lines.join("\n\n")}\n`;
}
