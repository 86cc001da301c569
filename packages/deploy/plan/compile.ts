import type { Request } from "../protocol/request";
import { parseDeploymentId, type DeploymentId, type Version } from "../protocol/values";
import type { Plan } from "./schema";

export interface Deployment {
  readonly id: DeploymentId;
  readonly version: Version;
  readonly owner: string;
  readonly artefact: Request["artefact"];
  readonly origin?: Request["origin"];
}

/** Makes the request for one target. */
export function compile(plan: Plan, target: string, deployment: Deployment): Request {
  const { application, environment, releases, current, steps, health, limits } = plan;
  return {
    format: 1,
    ...deployment,
    environment,
    application,
    target,
    releases,
    current,
    steps,
    health,
    smoke: plan.smoke.map((test) => ({ ...test, category: "smoke" as const })),
    limits,
  };
}

/** `20261122T081500Z-1f2e`: sorts by time, and is a file name. */
export function deploymentId(now: Date, random: string): DeploymentId {
  return parseDeploymentId(`${now.toISOString().replace(/[-:]|\.\d{3}/g, "")}-${random}`);
}

/**
 * The SHA-256 of a file from the text of sha256sum.
 * @throws Error if the file is not listed
 */
export function sumOf(sums: string, file: string): string {
  // An archive of GitHub's has the line ends that .gitattributes asks for.
  for (const each of sums.split(/\r?\n/)) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(each) ?? [];
    if (name === file && sum !== undefined) return sum;
  }
  throw new Error(`No SHA-256 of ${file} was found. Expected a line "SUM  ${file}", as sha256sum prints it.`);
}
