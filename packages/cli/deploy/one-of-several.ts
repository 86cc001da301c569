/** Which jobs of a run are those of one deployment, where a matrix calls deploy.yml several times. Pure. */
import { deployJob, gateJob } from "./snapshot";

interface Named {
  readonly name: string;
}

/** What is known of a deployment before it runs, and may stand in the name of the job that calls deploy.yml. */
export interface WantedDeployment {
  /** The run's page, for messages. */
  readonly url: string;
  /** GitHub's environment that is deployed to. */
  readonly environment: string;
  /** Names of the stack's targets. */
  readonly targets: readonly string[];
  readonly version: string;
}

/** A run has several deployments, and nothing says which one was meant. */
export class SeveralDeploymentsError extends Error {
  constructor(callers: readonly string[], { url, environment, targets, version }: WantedDeployment) {
    super(
      `The run has several deployments (${callers.join("; ")}), and their names do not say which one is meant. ` +
        `Expected in the name of exactly one: the environment ${environment}` +
        (targets.length === 0 ? "" : `, a target (${targets.join(", ")})`) +
        `, or the version ${version}. The run goes on. Next: follow it at ${url}`,
    );
  }
}

/** Name of the job that calls deploy.yml: `Release (web)` of `Release (web) / Deploy`; undefined for other jobs. */
function callerOf(job: Named): string | undefined {
  const jobs = [job];
  if (deployJob({ jobs }) !== undefined) return job.name.replace(/ \/ Deploy$/, "");
  return gateJob({ jobs }) && /^(.+) \/ [^/]+ \/ Choose$/.exec(job.name)?.[1];
}

/** GitHub puts a matrix's values in brackets behind the job's name: `Release (web, production)`. */
export const wordsOf = (name: string): string[] => name.toLowerCase().split(/[\s(),/]+/);

/**
 * Names of the jobs that call deploy.yml, each once.
 * @example callersOf([{ name: "Release (web) / Deploy" }, { name: "Build" }]) // ["Release (web)"]
 */
export const callersOf = (jobs: readonly Named[]): string[] => [...new Set(jobs.flatMap((job) => callerOf(job) ?? []))];

/** Whether a job belongs to the deployment of a caller. */
export const isOf = (caller: string, { name }: Named): boolean => name.startsWith(`${caller} / `);

/**
 * Leaves out the jobs of a run's other deployments. A run with one deployment keeps all its jobs. Of several, the one
 * is meant whose name has the environment, else a target, else the version.
 * @throws SeveralDeploymentsError if these leave several
 * @example jobsOfDeployment([{ name: "Release (web) / Deploy" }, { name: "Release (api) / Deploy" }],
 *   { url, environment: "production", targets: ["web"], version: "2" }); // the first one
 */
export function jobsOfDeployment<Job extends Named>(jobs: readonly Job[], wanted: WantedDeployment): Job[] {
  const callers = callersOf(jobs);
  let left = callers;
  for (const known of [[wanted.environment], wanted.targets, [wanted.version]]) {
    const named = left.filter((name) => known.some((word) => wordsOf(name).includes(word.toLowerCase())));
    if (named.length > 0) left = named;
  }
  if (left.length > 1) throw new SeveralDeploymentsError(left, wanted);
  const others = callers.filter((name) => !left.includes(name));
  return jobs.filter((job) => !others.some((other) => isOf(other, job)));
}
