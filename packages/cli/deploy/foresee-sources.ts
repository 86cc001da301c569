import type { TargetSettings } from "@ghrunners/config/targets";
import { GitHubClient } from "@ghrunners/core/github/client";
import { withSession } from "@ghrunners/core/ssh/session";
import { callAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { sshAgent } from "@ghrunners/deploy/deployer/ssh";
import type { Inspection } from "@ghrunners/deploy/target/queries";
import type { Sources } from "./foresee";
import { whyPaused } from "./paused";
import type { LiveViewOptions } from "./live-view";

const INSPECT_MS = 60_000;
const CONNECT_MS = 5_000;

/**
 * The repository at GitHub and the targets by SSH. A source that does not answer is ignored: the deployment itself will
 * report it.
 * @param environment label of the runners, by which deployments are paused
 */
export async function liveSources(
  watched: Omit<LiveViewOptions, "id" | "inputs" | "environment" | "version">,
  environment: string,
): Promise<Sources> {
  const { repository, token, workflow, targets, privateKey } = watched;
  const client = new GitHubClient(repository, token);
  const inspect = async ({ address: host, user, hostKey }: TargetSettings, request: object): Promise<Inspection> => {
    return withSession(
      { host, user, hostKey },
      privateKey,
      (session) => callAgent<Inspection>(sshAgent(session), ["inspect"], JSON.stringify(request), INSPECT_MS),
      CONNECT_MS,
    );
  };
  return {
    pause: () => whyPaused(client, environment).catch(() => undefined),
    file: (name) =>
      client
        .call("read a file of the repository", ({ rest }, names) => rest.repos.getContent({ ...names, path: name }))
        .then((found) => ("content" in found ? Buffer.from(found.content, "base64").toString("utf8") : undefined))
        .catch(() => undefined),
    isBusy: () =>
      client
        .call("list the runs of a workflow", ({ rest }, names) =>
          rest.actions.listWorkflowRuns({ ...names, workflow_id: workflow, per_page: 20 }),
        )
        .then(({ workflow_runs: runs }) => runs.some(({ status }) => status !== "completed"))
        .catch(() => true),
    inspect: (name, request) => {
      const target = targets.find((each) => each.name === name);
      return target === undefined ? Promise.resolve(undefined) : inspect(target, request).catch(() => undefined);
    },
  };
}
