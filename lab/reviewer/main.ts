/**
 * The lab's reviewer: a colleague who approves every deployment that waits for one, with a token of its own. It stands
 * in for a person, so nothing of the product knows it; `npm run lab -- reviewer off` sends it away.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Octokit } from "@octokit/rest";

const EVERY_MS = 500;

const { values } = parseArgs({
  options: { api: { type: "string" }, repository: { type: "string" }, "token-file": { type: "string" } },
});
const { api: baseUrl, repository = "", "token-file": tokenFile = "" } = values;
const [owner = "", repo = ""] = repository.split("/");
const quiet = (): void => undefined;
const { actions } = new Octokit({
  auth: readFileSync(tokenFile, "utf8"),
  baseUrl,
  // GitHub may be down or slow by a fault of the lab: the next look finds it again.
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
}).rest;

async function approveWhatWaits(): Promise<void> {
  const { data } = await actions.listWorkflowRunsForRepo({ owner, repo, status: "waiting", per_page: 30 });
  for (const { id: run_id } of data.workflow_runs) {
    const { data: pending } = await actions.getPendingDeploymentsForRun({ owner, repo, run_id });
    const environment_ids = pending.flatMap((one) => (one.current_user_can_approve ? (one.environment.id ?? []) : []));
    if (environment_ids.length === 0) continue;
    await actions.reviewPendingDeploymentsForRun({
      owner,
      repo,
      run_id,
      environment_ids,
      state: "approved",
      comment: "Approved.",
    });
    process.stdout.write(`${new Date().toISOString()} approved run ${run_id}\n`);
  }
}

async function main(): Promise<void> {
  for (;;) {
    await approveWhatWaits().catch((error: Error) => void process.stdout.write(`${error.message}\n`));
    await delay(EVERY_MS);
  }
}

void main();
