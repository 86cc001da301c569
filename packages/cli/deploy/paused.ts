import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { note } from "@ghrunners/core/terminal";
import { PAUSE_VARIABLE, pauseProblem } from "@ghrunners/failover/choice/pause";

const LIMIT_MS = 5_000;

/** Why deployments to an environment are paused, with the next command; undefined: they are not. */
export async function whyPaused(client: GitHubClient, environment: string): Promise<string | undefined> {
  const problem = pauseProblem(await client.variable(PAUSE_VARIABLE), environment, new Date());
  return problem && `Nothing was started. ${problem}`;
}

/**
 * A pause holds for a deployment from this machine too. Where GitHub does not answer, the deployment continues: it is
 * made for such emergencies.
 * @throws Error while deployments are paused
 */
export async function refusePaused({ github, githubToken, environment }: Settings): Promise<void> {
  const where = repositoryOf(github);
  const client = new GitHubClient(where, githubToken, { limitMs: LIMIT_MS, retries: false });
  const why = await whyPaused(client, environment).catch((error: Error) => {
    note(`it is unknown whether deployments are paused: ${error.message}`);
    return undefined;
  });
  if (why !== undefined) throw new Error(why);
}
