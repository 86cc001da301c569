import type { Described } from "@ghrunners/core/schema";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import { type Choice, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import type { Cause } from "@ghrunners/failover/choice/cause";
import type { choiceStatusSchema } from "./schema";

/** Which runner the next deployment uses, according to DEPLOY_RUNNER. */
export type ChoiceStatus = Described<typeof choiceStatusSchema>;

const none = {
  ...{ runner: null, role: null, decidedAt: null, expiresAt: null, reason: null },
  ...{ runners: [], outdatedBy: [] },
} as const;

/** Runners that were not online when the choice was made, and are now. */
function newlyOnline({ decision }: Choice, online: readonly string[]): string[] {
  return (decision?.runners ?? [])
    .filter(({ name, cause }) => (cause === "not_registered" || cause === "offline") && online.includes(name))
    .map(({ name }) => name);
}

/**
 * Pure.
 * @param text value of DEPLOY_RUNNER; null: the variable does not exist
 * @param lacks why the stack runs no failover switch; undefined: it runs one
 * @param online names of the runners that GitHub shows online; empty if it was not asked
 */
export function choiceStatus(
  text: string | null,
  lacks: string | undefined,
  at: Date,
  online: readonly string[],
): ChoiceStatus {
  if (lacks !== undefined) return { ...none, state: "off", reason: lacks };
  const seen = readChoice(text, at);
  if (!("choice" in seen)) return { ...none, ...seen };
  const { decidedAt, expiresAt, reason, name, runner: role } = seen.choice;
  const told = {
    ...{ ...none, state: seen.state, decidedAt, expiresAt, reason },
    outdatedBy: newlyOnline(seen.choice, online),
  };
  const runners = seen.choice.decision?.runners ?? [];
  if (seen.state === "refused") return { ...told, runners };
  return seen.state === "fresh" ? { ...told, runners, runner: name ?? role, role } : told;
}

const wrong = {
  missing: "none yet: the failover switch has published no choice. Next: ghrunners gate",
  unreadable: "DEPLOY_RUNNER is not what the failover switch writes. Next: ghrunners gate",
} as const;

const GATE = "Next: ghrunners gate";

/** Why no runner may deploy; empty while one may, and for a stack without a failover switch. Pure. */
export function choiceProblems({ state, decidedAt, expiresAt, reason }: ChoiceStatus): string[] {
  const why = {
    missing: "the variable DEPLOY_RUNNER does not exist.",
    unreadable: "DEPLOY_RUNNER is not what the failover switch writes.",
    future: `DEPLOY_RUNNER was decided at ${decidedAt}, which is in the future.`,
    expired: `DEPLOY_RUNNER expired at ${expiresAt}.`,
    refused: reason,
  };
  return state === "off" || state === "fresh" ? [] : [`no runner may deploy: ${why[state]} ${GATE}`];
}

/** What only the switch compares with a limit, and only a person can repair. A full disk is a warning, as its alert. */
const repairs: Partial<Record<Cause, (role: Role) => string>> = {
  work_folder: () => "ghrunners doctor",
  inodes: () => "ghrunners doctor",
  ssh: () => "ghrunners doctor",
  sudo: () => "ghrunners doctor",
  // Its success clears the runner.
  failed_jobs: (role) => `ghrunners smoke --role ${role}`,
};

/** Runners that work as far as GitHub and their service show, and that are not healthy all the same. Pure. */
export function gradeProblems({ runners }: ChoiceStatus): string[] {
  return runners.flatMap(({ name, role, grade, cause, reasons }) => {
    const next = cause === null ? undefined : repairs[cause]?.(role);
    return next === undefined
      ? []
      : [`runner ${name} is ${grade} for deployments: ${reasons.join(", ")}. Next: ${next}`];
  });
}

/** The status screen's line; `mark` draws the dot. Pure. */
export function choiceLine(choice: ChoiceStatus, at: Date, mark: (good: boolean) => string): string {
  const age = (from: string | null): string =>
    `${Math.max(0, Math.round((at.getTime() - Date.parse(from ?? "")) / 1000))} s`;
  const { outdatedBy } = choice;
  const newer = outdatedBy.length === 0 ? "" : ` A newer choice follows: ${outdatedBy.join(", ")} came online since.`;
  switch (choice.state) {
    case "off":
      return `  off: no failover switch, so a gate that follows it refuses. ${choice.reason}`;
    case "missing":
    case "unreadable":
      return `  ${mark(false)} ${wrong[choice.state]}`;
    case "future":
      return `  ${mark(false)} none: decided at ${choice.decidedAt}, which is in the future: a clock is ahead. ${GATE}`;
    case "expired":
      return `  ${mark(false)} none: the choice expired ${age(choice.expiresAt)} ago. Next: ghrunners gate`;
    case "refused":
      return `  ${mark(false)} ${choice.reason} Decided ${age(choice.decidedAt)} ago.${newer}`;
    case "fresh":
      return `  ${mark(choice.role === "primary")} ${choice.runner} (${choice.role}), decided ${age(choice.decidedAt)} ago. ${choice.reason}${newer}`;
  }
}
