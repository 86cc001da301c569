/**
 * The runner gate as a step of runner-gate.yml. It runs on a GitHub-hosted runner or on the one that GATE_RUNNER names,
 * never on a runner that it judges, and needs only Node 18. Its inputs are environment variables; it fails if no runner may be used.
 */
import { appendFileSync } from "node:fs";
import { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf, unlessMissing } from "@ghrunners/core/github/errors";
import { organizationRunners } from "@ghrunners/core/github/runner-scope";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { MAINTENANCE_VARIABLE } from "@ghrunners/failover/choice/maintenance";
import { PAUSE_VARIABLE } from "@ghrunners/failover/choice/pause";
import { requiredVariable } from "../required-variable";
import { runbooksFolder } from "../runbooks";
import {
  type GateApproval,
  judgeChoice,
  judgeMachine,
  judgePause,
  judgeRunners,
  maintenanceBanner,
  oneLine,
  renderSummary,
  stop,
  type GateRefusal,
} from "./judge";

const { env } = process;

interface Decided {
  readonly verdict: GateApproval | GateRefusal;
  /** Text of RUNNER_MAINTENANCE. */
  readonly maintenance: string | undefined;
}

/** No maintenance is written like this, so the summary says that it is not known. */
const UNREADABLE = "?";

/**
 * Asks for the repository's runners, then for its organization's: a workflow does not say where they are registered. A
 * person has no such list: 404.
 */
async function judgeSeen(
  github: GitHubClient,
  choice: GateApproval,
  label: string,
): Promise<GateApproval | GateRefusal> {
  const machine = requiredVariable(env, "RUNNER_NAME");
  const own = await github.runners();
  const misplaced = judgeMachine(machine, label, own, github.where);
  if (misplaced !== null) return misplaced;
  const verdict = judgeRunners(choice, own);
  if (verdict.go) return verdict;
  try {
    const list = organizationRunners(github, github.where.fullName);
    const shared = await unlessMissing(github.explain("list the organization's runners", list));
    const all = [...own, ...(shared ?? [])];
    return judgeMachine(machine, label, all, github.where) ?? judgeRunners(choice, all);
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    return {
      ...verdict,
      reason: oneLine(`${verdict.reason} If they belong to the organization: ${(error as Error).message}`),
    };
  }
}

/**
 * Reads the variables from GitHub's API: `vars` in a workflow may show their values of the time when the run was made,
 * and a run that is repeated or waits would follow a choice of long ago.
 */
async function decide(now: Date): Promise<Decided> {
  const github = new GitHubClient(
    { url: requiredVariable(env, "GITHUB_SERVER_URL"), fullName: requiredVariable(env, "GITHUB_REPOSITORY") },
    requiredVariable(env, "RUNNER_VIEW_TOKEN"),
    { baseUrl: requiredVariable(env, "GITHUB_API_URL") },
  );
  const question = { wanted: env.WANTED_RUNNER || "auto", label: requiredVariable(env, "RUNNER_LABEL"), now };
  // It decides nothing, so a deployment does not stop where it cannot be read.
  const maintenance = await github.variable(MAINTENANCE_VARIABLE).catch(() => UNREADABLE);
  try {
    const paused = judgePause(await github.variable(PAUSE_VARIABLE), question);
    if (paused !== null) return { verdict: paused, maintenance };
    const variable = question.wanted === "auto" ? await github.variable(CHOICE_VARIABLE) : undefined;
    const choice = judgeChoice({ ...question, variable: variable ?? "" });
    if (!choice.go) return { verdict: choice, maintenance };
    return { verdict: await judgeSeen(github, choice, question.label), maintenance };
  } catch (error) {
    return { verdict: stop((error as Error).message, "network"), maintenance };
  }
}

async function main(): Promise<void> {
  const now = new Date();
  const { verdict, maintenance } = await decide(now);
  const banner = maintenanceBanner(maintenance ?? "", now);
  const summary = renderSummary(verdict, runbooksFolder(env), banner);
  process.stdout.write(summary);
  appendFileSync(requiredVariable(env, "GITHUB_STEP_SUMMARY"), summary);
  if (!verdict.go) {
    process.stdout.write(`::error title=No runner for this deployment::${verdict.reason}\n`);
    process.exitCode = 1;
    return;
  }
  const { labels, runner, reason } = verdict;
  const outputs = `labels=${JSON.stringify(labels)}\nrunner=${runner}\nreason=${reason}\n`;
  appendFileSync(requiredVariable(env, "GITHUB_OUTPUT"), outputs);
}

main().catch((error: unknown) => {
  process.stdout.write(`::error title=The runner gate failed::${oneLine(String(error))}\n`);
  process.exitCode = 1;
});
