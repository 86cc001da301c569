/** Reads at GitHub what the runner group needs. Read-only. */
import type { GitHubClient } from "@ghrunners/core/github/client";
import { runnerGroupNamed } from "@ghrunners/core/github/runner-group";
import { attempt } from "./observe";
import { kindOf } from "./observe-deployment";
import type { RunnerGroupObservation } from "./judge-runner-group";

/** @param url web address of GitHub */
export async function observeRunnerGroup(
  github: GitHubClient,
  name: string,
  url: string,
): Promise<RunnerGroupObservation> {
  const [kind, group] = await Promise.all([
    attempt(async () => kindOf(github, await github.repository(), url)),
    attempt(() => runnerGroupNamed(github, name)),
  ]);
  return { kind, group };
}
