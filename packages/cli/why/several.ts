/** The deployments of a run that has several, each with what is seen of it alone. Pure. */
import { callersOf, isOf, wordsOf } from "../deploy/one-of-several";
import type { TargetFacts, WhyFacts, WhyJob, WhyRun } from "./facts";

/** One deployment of a run, as if it were a run of its own. */
export interface PartOfRun {
  /** The job that calls deploy.yml, as `Release (web)`. */
  readonly caller: string;
  readonly facts: WhyFacts & { readonly run: WhyRun };
}

const names = (caller: string, word: string): boolean => wordsOf(caller).includes(word.toLowerCase());

/** A run with these jobs alone. */
function runOf(run: WhyRun, jobs: readonly WhyJob[]): WhyRun {
  if (run.status === "completed" && jobs.some(({ status }) => status !== "completed")) return run;
  if (jobs.some(({ status }) => status !== "completed")) return { ...run, status: "in_progress", conclusion: null };
  const found = jobs.map(({ conclusion }) => conclusion ?? "");
  const bad = found.find((each) => !["success", "skipped", "neutral", "cancelled", ""].includes(each));
  // Where nothing has failed, its own job says how it ended: the others may have had nothing to do.
  const conclusion =
    bad ??
    (found.includes("cancelled") ? "cancelled" : found.every((each) => each === "skipped") ? "skipped" : "success");
  return { ...run, status: "completed", conclusion };
}

/**
 * The targets of a caller: those that its name has. Of a target that no caller's name has, the record belongs to one of
 * several, and it is not known to which, unless only one caller names none.
 */
function targetsOf(caller: string, callers: readonly string[], targets: readonly TargetFacts[]): TargetFacts[] {
  const named = targets.filter(({ name }) => names(caller, name));
  if (named.length > 0) return named;
  const isNamed = ({ name }: TargetFacts): boolean => callers.some((each) => names(each, name));
  const unnamed = targets.filter((target) => !isNamed(target));
  const others = callers.filter((each) => !targets.some(({ name }) => names(each, name)));
  return others.length === 1 ? unnamed : unnamed.map((target) => ({ ...target, own: null }));
}

/** Nothing for a run with one deployment, or none. */
export function partsOf(facts: WhyFacts & { readonly run: WhyRun }): PartOfRun[] {
  const { github, run, targets } = facts;
  const callers = callersOf(github.jobs);
  if (callers.length < 2) return [];
  return callers.map((caller) => {
    const jobs = github.jobs.filter((job) => isOf(caller, job));
    const has = (wanted: string): boolean => jobs.some(({ status }) => status === wanted);
    const { gate = null, words = [] } = github.deployments.find((each) => each.caller === caller) ?? {};
    const ofName = github.approvals.filter(({ environment }) => names(caller, environment));
    const approvals = !has("waiting") ? [] : ofName.length > 0 ? ofName : github.approvals;
    const own = {
      ...github,
      jobs,
      gate,
      words,
      deployments: [],
      approvals,
      groups: has("pending") ? github.groups : [],
    };
    return {
      caller,
      facts: { ...facts, run: runOf(run, jobs), github: own, targets: targetsOf(caller, callers, targets) },
    };
  });
}
