/** Why a run that has not ended is where it is, and what would stop it later. Pure. */
import { choiceProblems } from "../status/choice";
import type { WhyCause, WhyFacts, WhyJob, WhyRun } from "./facts";
import { isForGitHubsRunners, judgeQueued } from "./judge-queued";
import { partialTarget } from "./judge-target";
import { labelsOf, list, since } from "./words";

type Open = WhyFacts & { readonly run: WhyRun };

const isWaiting = ({ status }: WhyJob): boolean => ["waiting", "pending", "queued", "requested"].includes(status);

function approvalOf({ github, run, at }: Open): WhyCause | undefined {
  const [first] = github.approvals;
  if (first === undefined) return undefined;
  const { environment, reviewers, waitsUntil, waitMinutes } = first;
  const job = github.jobs.find(({ status }) => status === "waiting");
  const age = job === undefined ? "" : `, for ${since(job.createdAt, at)}`;
  if (reviewers.length > 0) {
    const timer = waitsUntil === null ? "" : ` and for the wait timer, until ${waitsUntil}`;
    return {
      kind: "approval",
      words: `The run waits for the approval of ${list(reviewers, "or")} for the environment ${environment}${timer}${age}.`,
      problem: false,
      next: `${list(reviewers, "or")} approves or rejects it: ${run.url}`,
    };
  }
  if (waitsUntil !== null || waitMinutes > 0) {
    const until = waitsUntil === null ? `${waitMinutes} min` : `until ${waitsUntil}`;
    const words = `The run waits for the wait timer of the environment ${environment}, ${until}.`;
    return { kind: "wait_timer", words, problem: false, next: null };
  }
  return {
    kind: "environment_rule",
    words: `The run waits for a protection rule of the environment ${environment} that is neither a review nor a wait timer.`,
    problem: false,
    next: `see which rule it is: ${run.url}`,
  };
}

function runningOf({ github, runners, targets, at, run }: Open): WhyCause | undefined {
  const job = github.jobs.find(({ status }) => status === "in_progress");
  if (job === undefined) return undefined;
  const place = job.runner === null ? "" : ` on ${job.runner}`;
  const seen = github.runners?.find(({ name }) => name === job.runner);
  const isOurs = !isForGitHubsRunners(job) && job.runner !== null && github.runners !== null;
  if (isOurs && seen?.online !== true) {
    const host = runners.find(({ name }) => name === job.runner);
    const unit =
      host?.problem != null ? "its host cannot be read" : host?.unit == null ? "" : `its unit is ${host.unit}`;
    const held = targets.find(({ open }) => open !== null);
    const target =
      held === undefined
        ? ""
        : ` The target ${held.name} ${held.open?.lease === "held" ? "still holds its lease" : "rolls back by itself"}.`;
    return {
      kind: "runner_lost",
      words:
        `The job "${job.name}" runs on ${job.runner}, which GitHub ${seen === undefined ? "does not know any more" : "shows offline"}` +
        `${unit === "" ? "" : ` (${unit})`}.${target}`,
      problem: true,
      next: `ghrunners why ${run.id} again in a minute; the runner: docs/runbooks/offline-restore.md#runneroffline`,
    };
  }
  const action = targets.flatMap(({ name, open }) => (open?.running == null ? [] : [`${open.running} on ${name}`]));
  const doing = action.length === 0 ? "" : `: ${action.join(", ")}`;
  const words = `The job "${job.name}" runs${place}, for ${since(job.createdAt, at)} since it was made${doing}.`;
  return { kind: "running", words, problem: false, next: null };
}

function concurrencyOf({ github, run, at }: Open): WhyCause | undefined {
  const job = github.jobs.find(({ status }) => status === "pending");
  if (job === undefined && run.status !== "pending") return undefined;
  const [group] = github.groups;
  const who = job === undefined ? "The run" : `The job "${job.name}"`;
  const age = since((job ?? run).createdAt, at);
  const holder = group?.holder ?? null;
  const before = group === undefined || group.ahead < 2 ? "" : `, as number ${group.ahead} in its queue`;
  const behind = holder === null ? "for the one before it" : `for ${holder.name} (run ${holder.run})`;
  const place = group === undefined ? "" : ` in the concurrency group ${group.group}`;
  return {
    kind: "concurrency",
    words: `${who} waits ${behind}${place}${before}, for ${age}.`,
    problem: false,
    next: holder === null || holder.run === run.id ? null : `ghrunners why ${holder.run}`,
  };
}

/** What would stop the run after what it waits for now. */
function furtherOf(facts: Open, now: WhyCause): string[] {
  const { github, targets } = facts;
  const job = github.jobs.find((each) => isWaiting(each) && !isForGitHubsRunners(each));
  if (job === undefined || now.problem) return [];
  const queued = job.status === "queued" ? undefined : judgeQueued(job, facts);
  const blocked = queued?.problem === true && queued.kind !== "not_taken" ? [queued.words] : [];
  const locks = facts.run.deploys ? targets.flatMap((target) => partialTarget(target)) : [];
  const paused = facts.run.deploys && facts.paused !== null ? [`When it begins, it will refuse: ${facts.paused}`] : [];
  return [...blocked, ...paused, ...choiceOf(facts, job), ...locks];
}

/** The job checks DEPLOY_RUNNER again when it begins, unless its runner was chosen by hand. */
function choiceOf({ github, switch: choice, run }: Open, job: WhyJob): string[] {
  const byHand = github.gate?.go === true && /requested by hand/.test(github.gate.reason);
  if (!run.deploys || github.gate?.go !== true || byHand || choice === null || choice.state === "off") return [];
  if (choice.state !== "fresh") return choiceProblems(choice).map((text) => `When it begins, it will refuse: ${text}`);
  if (choice.role === null || job.labels.includes(choice.role)) return [];
  return [
    `When it begins, it will refuse: the gate chose ${labelsOf(job)}, and DEPLOY_RUNNER now names ${choice.runner} (${choice.role})`,
  ];
}

export function judgeOpen(facts: Open): { readonly cause: WhyCause; readonly further: string[] } {
  const queued = facts.github.jobs.find(({ status }) => status === "queued");
  const cause = approvalOf(facts) ??
    runningOf(facts) ??
    concurrencyOf(facts) ??
    (queued && judgeQueued(queued, facts)) ?? {
      kind: "starting" as const,
      words: `GitHub is starting the run: it is ${facts.run.status}, and none of its jobs waits or runs.`,
      problem: false,
      next: null,
    };
  return { cause, further: furtherOf(facts, cause) };
}
