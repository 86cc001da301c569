/**
 * The runner gate as a step of runner-gate.yml. It runs on a machine of GitHub's, never on a runner that it judges, and
 * needs nothing but Node 18. Its inputs are environment variables; it fails where no runner may be used.
 */
import { appendFileSync } from "node:fs";
import { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { toRunners } from "@ghrunners/core/github/runner";
import { need } from "../need";
import {
  type Go,
  judgeChoice,
  judgeRunners,
  maintenanceBanner,
  oneLine,
  renderSummary,
  stop,
  type Stop,
} from "./judge";

const { env } = process;

async function decide(now: Date): Promise<Go | Stop> {
  const choice = judgeChoice({
    variable: env.DEPLOY_RUNNER ?? "",
    wanted: env.WANTED_RUNNER || "auto",
    environment: need(env, "DEPLOY_ENVIRONMENT"),
    now,
  });
  if (!choice.go) return choice;
  const github = new GitHubClient(
    { url: need(env, "GITHUB_SERVER_URL"), fullName: need(env, "GITHUB_REPOSITORY") },
    need(env, "RUNNER_VIEW_TOKEN"),
    { baseUrl: need(env, "GITHUB_API_URL") },
  );
  try {
    return judgeRunners(choice, await github.pages("/actions/runners", {}, toRunners));
  } catch (error) {
    const seen = (error as { response?: unknown }).response === undefined ? "GitHub does not answer" : undefined;
    return stop(
      `${seen ?? `GitHub answered ${statusOf(error)}`} to the question for the runners. Expected GitHub's view of the runners.`,
      "network",
    );
  }
}

async function main(): Promise<void> {
  const now = new Date();
  const verdict = await decide(now);
  const banner = maintenanceBanner(env.RUNNER_MAINTENANCE ?? "", now);
  const summary = renderSummary(verdict, need(env, "RUNBOOKS").replace(/\/$/, ""), banner);
  process.stdout.write(summary);
  appendFileSync(need(env, "GITHUB_STEP_SUMMARY"), summary);
  if (!verdict.go) {
    process.stdout.write(`::error title=No runner for this deployment::${verdict.reason}\n`);
    process.exitCode = 1;
    return;
  }
  const { labels, runner, reason } = verdict;
  const outputs = `labels=${JSON.stringify(labels)}\nrunner=${runner}\nreason=${reason}\n`;
  appendFileSync(need(env, "GITHUB_OUTPUT"), outputs);
}

main().catch((error: unknown) => {
  process.stdout.write(`::error title=The runner gate failed::${oneLine(String(error))}\n`);
  process.exitCode = 1;
});
