import { defaults } from "./defaults";
import type { RunnerGitHubArgs } from "./settings";

/** Where runners are registered, as the dynamic resources take it: at the repository, or in the organization's group. */
export const registeredAt = ({ url, repository, runnerGroup }: Omit<RunnerGitHubArgs, "token">) => ({
  githubUrl: url ?? defaults.githubUrl,
  repository,
  ...(runnerGroup === undefined ? {} : { runnerGroup }),
});
