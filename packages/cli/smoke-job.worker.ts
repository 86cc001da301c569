import { GitHubClient } from "@ghrunners/core/github/client";
import { proveJob } from "@ghrunners/components/runner/smoke-job";
import type { Settings } from "@ghrunners/config/parse";
import { worker } from "./inside";

/** What the job needs; arrives on standard input. */
export interface SmokeJobInput {
  readonly github: Settings["github"];
  readonly token: string;
  readonly smoke: Settings["smoke"];
  readonly runnerName: string;
  readonly labels: readonly string[];
}

worker(async ({ github, token, smoke, runnerName, labels }: SmokeJobInput) => {
  const client = await GitHubClient.open({ url: github.url, fullName: github.repository }, token);
  return proveJob(client, smoke, { runnerName, labels });
});
