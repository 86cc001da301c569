/** Why a run that has ended did not succeed, or what it did. Pure. */
import { gateJob } from "../deploy/snapshot";
import type { WhyCause, WhyFacts, TargetFacts, WhyJob, WhyRun } from "./facts";
import { lockOf } from "./judge-target";
import { sentence } from "./words";

type Ended = WhyFacts & { readonly run: WhyRun };

const FAILED = ["failure", "timed_out", "startup_failure", "action_required", "stale"];
const LOCK = /has held the lock since|its lock is kept/;

const PAUSED = /[Dd]eployments (to .+ )?are paused/;

/** @param who the gate, or the job's own first step */
function pausedBy(who: string, said: string): WhyCause {
  return {
    kind: "paused",
    words: sentence(`${who} refused the deployment: ${said.replace(/ Next: .*$/, "")}`),
    problem: true,
    next: "wait for the end of the pause, or ghrunners resume; then start the deployment again",
  };
}

const quoted = (words: readonly string[]): string => words.join(" ");

function gateOf({ github, run }: Ended): WhyCause | undefined {
  const job = gateJob(github);
  if (job === undefined || !FAILED.includes(job.conclusion ?? "")) return undefined;
  const { gate, words } = github;
  if (gate?.go !== false) {
    const said = words.length > 0 ? quoted(words) : `its step "${job.failedStep ?? "unknown"}" failed`;
    const text = sentence(`The gate could not choose a runner: ${said}`);
    return { kind: "gate_failed", words: text, problem: true, next: `read its log: ${job.url}` };
  }
  if (PAUSED.test(gate.reason)) return pausedBy("The gate", gate.reason);
  const text = sentence(`The gate refused the deployment: ${gate.reason}`);
  const isStale = gate.runbook.endsWith("#failoverswitchstale");
  const kind = isStale
    ? "choice_expired"
    : /in maintenance until/.test(gate.reason)
      ? "in_maintenance"
      : "gate_refused";
  const again = run.deploys ? ", then start the deployment again" : "";
  const first = kind === "in_maintenance" ? "ghrunners maintenance" : "ghrunners gate";
  return { kind, words: text, problem: true, next: `${first}; ${gate.runbook}${again}` };
}

function recordOf(run: WhyRun, { name, own }: TargetFacts): WhyCause | undefined {
  if (own === null) return undefined;
  const { id, version, outcome, failure, previousVersion } = own;
  const why = failure === null ? "" : `: ${failure.detail}`;
  const before = previousVersion === null ? "nothing is installed, as before" : `version ${previousVersion} is back`;
  switch (outcome) {
    case "succeeded":
      return run.conclusion === "success"
        ? { kind: "succeeded", words: `Version ${version} was deployed to ${name}.`, problem: false, next: null }
        : undefined;
    case "rolled_back":
      return {
        kind: "rolled_back",
        words: sentence(`Version ${version} was rolled back on ${name}, ${before} (${failure?.code})${why}`),
        problem: true,
        next: `ghrunners review ${id} --kind postmortem`,
      };
    case "rollback_failed":
      return {
        kind: "rollback_failed",
        words: sentence(
          `${name} is between two versions: the rollback of version ${version} failed (${failure?.code})${why}`,
        ),
        problem: true,
        next: "docs/runbooks/deployment-failed.md#deploymentpartialstate",
      };
    case "refused":
      return {
        kind: "refused",
        words: sentence(`${name} refused version ${version} before anything was changed${why}`),
        problem: true,
        next: `ghrunners review ${id}`,
      };
    case "cancelled":
      return {
        kind: "cancelled",
        words: sentence(`The deployment of version ${version} was cancelled before it changed ${name}${why}`),
        problem: true,
        next: `ghrunners deploy --version ${version}, if it is still wanted`,
      };
  }
}

/** The run failed after the target had committed: its new version stays. */
function afterCommit({ targets, github, run }: Ended): WhyCause | undefined {
  const done = targets.find(({ own }) => own?.outcome === "succeeded");
  if (done === undefined || run.conclusion === "success") return undefined;
  const failed = github.jobs.find(({ conclusion }) => FAILED.includes(conclusion ?? ""));
  const step =
    failed?.failedStep == null ? `the run ended as ${run.conclusion}` : `the step "${failed.failedStep}" failed`;
  return {
    kind: "failed_after_commit",
    words: `Version ${done.own?.version} is deployed to ${done.name} and stays, but afterwards ${step}.`,
    problem: true,
    next: `read the log: ${failed?.url ?? run.url}`,
  };
}

function jobOf(facts: Ended, job: WhyJob): WhyCause {
  const { github, targets } = facts;
  const { words } = github;
  const said = quoted(words);
  if (facts.run.deploys && PAUSED.test(said)) return pausedBy(`The job "${job.name}"`, said);
  const lock = targets.flatMap((target) => lockOf(target) ?? [])[0];
  if (facts.run.deploys && (LOCK.test(said) || (lock !== undefined && words.length === 0))) {
    return {
      kind: "target_locked",
      words: sentence(
        LOCK.test(said) ? `The target is locked: ${said.replace(/ ?Next: .*$/, "")}` : (lock?.words ?? said),
      ),
      problem: true,
      next: lock?.next ?? "start the deployment again",
    };
  }
  const where = job.runner === null ? "" : ` on ${job.runner}`;
  const seen = github.runners?.find(({ name }) => name === job.runner);
  if (job.runner !== null && job.failedStep === null && words.length === 0 && job.conclusion === "failure")
    return {
      kind: "runner_lost",
      words:
        `The job "${job.name}"${where} failed without a failed step: GitHub lost the runner` +
        `${seen === undefined ? ", which it does not know any more" : seen.online ? ", which is online again" : ", which is offline"}.`,
      problem: true,
      next: seen?.online === true ? "start it again" : "docs/runbooks/offline-restore.md#runneroffline",
    };
  const cause =
    said !== "" ? said : job.conclusion === "timed_out" ? "it took too long" : `it ended as ${job.conclusion}`;
  const step = job.failedStep === null ? "" : ` in the step "${job.failedStep}"`;
  return {
    kind: "failed_on_runner",
    words: sentence(`The job "${job.name}" failed${where}${step}: ${cause}`),
    problem: true,
    next: `read its log: ${job.url}`,
  };
}

function notStarted(run: WhyRun): WhyCause {
  const words =
    run.conclusion === "action_required"
      ? "The run waits for a maintainer of the repository: a workflow from outside needs an approval to start."
      : `GitHub started no job of the run: it ended as ${run.conclusion}, which is how it reports a workflow file that is not valid.`;
  return { kind: "not_started", words, problem: true, next: `read what GitHub says about it: ${run.url}` };
}

export function judgeEnded(facts: Ended): WhyCause {
  const { run, github, targets } = facts;
  const recorded = gateOf(facts) ?? targets.map((target) => recordOf(run, target)).find((cause) => cause !== undefined);
  const known = recorded ?? afterCommit(facts);
  if (known !== undefined) return known;
  if (run.conclusion === "success") {
    const nothing = github.words.find((line) => /nothing to do\.$/.test(line));
    return { kind: "succeeded", words: nothing ?? "The run succeeded.", problem: false, next: null };
  }
  const failed = github.jobs.find(({ conclusion }) => FAILED.includes(conclusion ?? ""));
  if (failed !== undefined) return jobOf(facts, failed);
  if (run.conclusion === "cancelled" || run.conclusion === "skipped") {
    const job = github.jobs.find(({ conclusion }) => conclusion === "cancelled");
    const when = job === undefined || job.runner !== null ? "" : " before a runner had taken its job";
    const words = `The run was ${run.conclusion}${when}.`;
    return { kind: "cancelled", words, problem: true, next: "start it again, if it is still wanted" };
  }
  return notStarted(run);
}
