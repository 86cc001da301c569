import assert from "node:assert/strict";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import type { Followed } from "@ghrunners/cli/deploy/follow";
import type { WhyAnswer } from "@ghrunners/cli/why/facts";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import type { TargetIncidents } from "@ghrunners/cli/incidents/targets";
import { until } from "@ghrunners/core/until";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { RunningCommand, type EndedCommand } from "@ghrunners/lab/driver/started";

/** What a deployment through GitHub may take on a busy machine, its way back included. */
export const DEPLOYMENT_MS = 240_000;
const ISSUE_LABEL = "deployment-incident";

export interface OpenIssue {
  readonly title: string;
  readonly body: string;
}

export const deploy = (version: string, ...more: string[]): RunningCommand<Followed> =>
  new RunningCommand(["ghrunners", "deploy", "--version", version, "--json", ...more]);

/** What `ghrunners why` answers, for the newest deployment or for a run. */
export const why = (...run: string[]): Promise<EndedCommand<WhyAnswer>> =>
  new RunningCommand<WhyAnswer>(["ghrunners", "why", ...run, "--json"]).end();

export const incidents = (...more: string[]): Promise<EndedCommand<{ targets: TargetIncidents[] }>> =>
  new RunningCommand<{ targets: TargetIncidents[] }>(["ghrunners", "incidents", "--json", ...more]).end();

export function recordOf({ result, all }: EndedCommand<Followed>): DeploymentRecord {
  assert.ok(result.records, all);
  return result.records.deployment;
}

/** GitHub's variable that says who deploys. */
export const choice = ({ repository }: Rehearsal) => ({ ...repository, name: CHOICE_VARIABLE });

/** Waits until the failover switch has chosen this runner, by itself. */
export function chosen(rehearsal: Rehearsal, role: "primary" | "secondary"): Promise<boolean> {
  return until(`the failover switch chooses the ${role}`, DEPLOYMENT_MS, async () => {
    const { data } = await rehearsal.octokit.rest.actions.getRepoVariable(choice(rehearsal));
    const { runner, expiresAt } = JSON.parse(data.value) as { runner: string | null; expiresAt: string };
    return runner === role && Date.parse(expiresAt) > Date.now();
  });
}

/** Issues that tell of this deployment. */
export async function issuesOf({ octokit, repository }: Rehearsal, id: string): Promise<OpenIssue[]> {
  const { data } = await octokit.rest.issues.listForRepo({
    ...repository,
    labels: ISSUE_LABEL,
    state: "all",
    per_page: 100,
  });
  return data.map(({ title, body }) => ({ title, body: body ?? "" })).filter(({ body }) => body.includes(id));
}

/** Version that runs on the target, with nothing left of a transaction. */
export async function wholeVersion(rehearsal: Rehearsal): Promise<string> {
  const onTarget = (...command: string[]): Promise<string> => rehearsal.inMachine(standingHosts.app.id, ...command);
  const look = "readlink /opt/demo-app/current; ls /var/lib/ghrunners/deploy";
  const [link = "", ...left] = (await onTarget("sh", "-c", look)).split("\n");
  assert.deepEqual(left, ["journal.json"]);
  const { version } = JSON.parse(await onTarget("curl", "-s", "localhost/api/info")) as { version: string };
  assert.equal(link, `releases/${version}`);
  return version;
}
