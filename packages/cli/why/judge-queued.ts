/** Why no runner has taken a job yet. Pure. */
import { carries, labelsWithout } from "@ghrunners/core/github/runner";
import type { Candidate, WhyCause, WhyFacts, RunnerFacts, WhyJob } from "./facts";
import { labelsOf, list, since } from "./words";

const RUNBOOK = "docs/runbooks/offline-restore.md";

/** GitHub's own runners have such labels. A larger one may have any, which no one can tell from a misspelt one. */
const HOSTED = /^(ubuntu|windows|macos)-/i;
export const isForGitHubsRunners = ({ labels }: Pick<WhyJob, "labels">): boolean =>
  labels.length > 0 && labels.every((label) => HOSTED.test(label));

const outOfService = ({ name, maintenance }: RunnerFacts): string =>
  `${name} is in maintenance until ${maintenance?.until} (${maintenance?.reason}; by ${maintenance?.by})`;

function inMaintenance(job: WhyJob, away: readonly RunnerFacts[]): WhyCause {
  return {
    kind: "in_maintenance",
    words: `The job "${job.name}" needs a runner with the labels ${labelsOf(job)}, and ${list(away.map(outOfService))}.`,
    problem: true,
    next: `wait until then, or ghrunners maintenance end ${away[0]?.name}`,
  };
}

function noRunner(job: WhyJob, known: readonly Candidate[], configured: readonly RunnerFacts[]): WhyCause {
  const lost = configured.map(({ name }) => {
    const seen = known.find((runner) => runner.name === name);
    if (seen === undefined) return `GitHub has no registration of ${name}`;
    return `${name} lacks ${labelsWithout(job.labels, seen.labels).join(", ")}`;
  });
  const missing = (runner: Candidate): string[] => labelsWithout(job.labels, runner.labels);
  const [nearest] = [...known].sort((one, other) => missing(one).length - missing(other).length);
  const hint = nearest === undefined ? "" : `; ${nearest.name} lacks ${missing(nearest).join(", ")}`;
  return {
    kind: "no_runner",
    words:
      `No runner of the repository has the labels ${labelsOf(job)} that the job "${job.name}" needs` +
      (lost.length > 0 ? `: ${list(lost)}.` : `${hint}.`),
    problem: true,
    next:
      lost.length > 0
        ? "pulumi up --refresh"
        : "correct runs-on in the workflow, cancel this run, and start the workflow again",
  };
}

function offline(job: WhyJob, fit: readonly Candidate[], runners: readonly RunnerFacts[]): WhyCause {
  const hosts = runners.flatMap(({ name, unit, problem }) => {
    if (fit.every((runner) => runner.name !== name)) return [];
    if (problem !== null) return [`the host of ${name} cannot be read`];
    return unit === null ? [] : [`its unit on ${name} is ${unit}`];
  });
  return {
    kind: "runners_offline",
    words:
      `GitHub shows ${list(fit.map(({ name }) => name))} offline, and no other runner has the labels ${labelsOf(job)} of the ` +
      `job "${job.name}"${hosts.length > 0 ? ` (${hosts.join("; ")})` : ""}.`,
    problem: true,
    next: `${RUNBOOK}#runneroffline`,
  };
}

function busy(job: WhyJob, online: readonly Candidate[], runners: readonly RunnerFacts[]): WhyCause {
  const jobs = online.map(({ name }) => {
    const work = runners.find((runner) => runner.name === name)?.job ?? null;
    return work === null ? name : `${name} (runs "${work}")`;
  });
  return {
    kind: "runners_busy",
    words: `The job "${job.name}" waits until a runner with its labels is free: ${list(jobs)} ${online.length > 1 ? "are" : "is"} busy.`,
    problem: false,
    next: null,
  };
}

function notTaken(job: WhyJob, idle: readonly Candidate[], runners: readonly RunnerFacts[], at: string): WhyCause {
  const hosts = runners.flatMap(({ name, unit, lastWord }) => {
    if (unit === null || idle.every((runner) => runner.name !== name)) return [];
    return [`on ${name} the unit is ${unit}${lastWord === null ? "" : `, its last word is "${lastWord}"`}`];
  });
  return {
    kind: "not_taken",
    words:
      `The job "${job.name}" has existed for ${since(job.createdAt, at)} and is queued although ${list(idle.map(({ name }) => name))} ` +
      `is online, idle and has its labels${hosts.length > 0 ? `: ${hosts.join("; ")}` : ""}.`,
    problem: true,
    next: `${RUNBOOK}#queuedwhileeligibleidle`,
  };
}

/** @param job queued at GitHub, or about to be */
export function judgeQueued(
  job: WhyJob,
  { github, runners, at }: Pick<WhyFacts, "github" | "runners" | "at">,
): WhyCause {
  if (isForGitHubsRunners(job)) {
    const words = `The job "${job.name}" waits for one of GitHub's own runners ${labelsOf(job)}.`;
    return { kind: "hosted_runner", words, problem: false, next: null };
  }
  if (github.runners === null) {
    const words = `The job "${job.name}" waits for a runner with the labels ${labelsOf(job)}, and GitHub's runners could not be read.`;
    return { kind: "no_runner", words, problem: true, next: "ghrunners status" };
  }
  const configured = runners.filter(({ labels }) => carries(labels, job.labels));
  const away = configured.filter(({ maintenance }) => maintenance !== null);
  const fit = github.runners.filter(({ labels }) => carries(labels, job.labels));
  const online = fit.filter((runner) => runner.online);
  if (online.length === 0 && away.length > 0 && away.length === configured.length) return inMaintenance(job, away);
  if (fit.length === 0) return noRunner(job, github.runners, configured);
  if (online.length === 0) return offline(job, fit, runners);
  const idle = online.filter((runner) => !runner.busy);
  return idle.length === 0 ? busy(job, online, runners) : notTaken(job, idle, runners, at);
}
