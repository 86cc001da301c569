/** A deployment as GitHub (REST) and the targets (SSH) show it now. */
import { GitHubClient } from "@ghrunners/core/github/client";
import { carries } from "@ghrunners/core/github/runner";
import { startAndWatch } from "@ghrunners/core/github/workflow-run";
import { openSession, type HostSession } from "@ghrunners/core/ssh/session";
import type { Repository } from "@ghrunners/core/github/repository";
import type { TargetSettings } from "@ghrunners/config/targets";
import type { DeploymentProgress } from "@ghrunners/deploy/target/queries";
import { callAgent, type RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { sshAgent } from "@ghrunners/deploy/deployer/ssh";
import { jobLog, pendingDeployments } from "../workflow-run/read-run";
import type { DeploymentView } from "./follow";
import { jobsOfDeployment, SeveralDeploymentsError } from "./one-of-several";
import { deployJob, gateJob, lastWords, verdictIn, type SeenJob, type SeenRun, type Snapshot } from "./snapshot";

/** Jobs of a run as GitHub lists them. */
interface Jobs {
  readonly jobs: (Omit<SeenJob, "runner"> & { readonly runner_name: string | null })[];
}

export interface LiveViewOptions {
  /** Id of the deployment's first attempt. */
  readonly id: string;
  readonly repository: Repository;
  /** Token that starts and cancels runs and reads runners and variables. */
  readonly token: string;
  readonly workflow: string;
  /** GitHub's environment that is deployed to. */
  readonly environment: string;
  readonly version: string;
  /** Inputs of the workflow besides `id`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly targets: readonly TargetSettings[];
  readonly privateKey: string;
}

/** How long GitHub may take to show a run that was started. */
const APPEARS_MS = 60_000;

/** Starts the workflow. @throws Error if GitHub refuses, or does not show the run */
export async function openLiveView(watched: LiveViewOptions): Promise<DeploymentView & { close(): void }> {
  const { repository, token } = watched;
  const client = new GitHubClient(repository, token);
  const targets = new Targets(watched);
  const verdicts = new Map<number, SeenRun["gate"]>();
  const runId = await dispatch(client, watched);

  const logOf = ({ id }: SeenJob): Promise<string> => jobLog(client, id);

  const seen = async (): Promise<SeenRun> => {
    const run = await client.call("read a workflow run", (octokit, names) =>
      octokit.rest.actions.getWorkflowRun({ ...names, run_id: runId }),
    );
    const route = "/actions/runs/{run_id}/jobs";
    const raw = await client.list("list the jobs of a run", route, { run_id: runId }, (answer: Jobs) => answer.jobs);
    const all = raw.map(({ id, name, status, conclusion, runner_name: runner, labels }) => ({
      ...{ id, name, status, conclusion, labels },
      runner: runner || null,
    }));
    const jobs = jobsOfDeployment(all, {
      ...watched,
      targets: watched.targets.map(({ name }) => name),
      url: run.html_url,
    });
    const base: SeenRun = {
      ...{ id: runId, url: run.html_url, attempt: run.run_attempt ?? 1, status: run.status ?? "unknown", jobs },
      ...{ conclusion: run.conclusion, gate: null, reviewers: [], runnerOnline: null },
    };
    const [gate, job] = [gateJob(base), deployJob(base)];
    if (gate?.status === "completed" && !verdicts.has(gate.id)) verdicts.set(gate.id, verdictIn(await logOf(gate)));
    return {
      ...base,
      gate: (gate && verdicts.get(gate.id)) ?? null,
      reviewers: run.status === "waiting" ? await reviewersOf() : [],
      runnerOnline: await isOnline(job),
    };
  };

  const isOnline = async (job: SeenJob | undefined): Promise<boolean | null> => {
    if (job === undefined || (job.status !== "queued" && job.status !== "in_progress")) return null;
    if (job.runner !== null) return (await client.runnerNamed(job.runner))?.online ?? false;
    return (await client.runners()).some(({ labels, online }) => online && carries(labels, job.labels));
  };

  const reviewersOf = async (): Promise<string[]> => {
    const pending = await pendingDeployments(client, runId);
    return pending.flatMap(({ reviewers }) =>
      reviewers.flatMap(({ reviewer: who }) => (who === undefined ? [] : "login" in who ? [who.login] : [])),
    );
  };

  let attempt = 1;
  return {
    async look(): Promise<Snapshot> {
      const github = await seen().catch((error: Error) => {
        if (error instanceof SeveralDeploymentsError) throw error;
        return error.message;
      });
      if (typeof github !== "string") attempt = github.attempt;
      const id = attempt === 1 ? watched.id : `${watched.id}-${attempt}`;
      return { id, github, ...(await targets.look(id)) };
    },
    async cancel(force) {
      await client
        .call("cancel a workflow run", (octokit, names) =>
          force
            ? octokit.rest.actions.forceCancelWorkflowRun({ ...names, run_id: runId })
            : octokit.rest.actions.cancelWorkflowRun({ ...names, run_id: runId }),
        )
        // A run that has just ended cannot be cancelled; the next poll shows that.
        .catch(() => undefined);
    },
    words: async (run) => {
      const job = deployJob(run);
      return job === undefined || job.conclusion === "skipped" ? [] : lastWords(await logOf(job));
    },
    close: () => targets.close(),
  };
}

async function dispatch(client: GitHubClient, { workflow, inputs, id }: LiveViewOptions): Promise<number> {
  await client.workflow(workflow);
  const start = { workflow, title: id, inputs: { ...inputs, id } };
  const run = await startAndWatch(client, start, APPEARS_MS, () => true);
  if (run !== undefined) return run.id;
  throw new Error(
    `GitHub shows no run of ${workflow} with ${id} in its title. Expected a run-name with inputs.id in it ` +
      `(docs/how-to/workflows.md). Next: check the repository's runs before you try again`,
  );
}

/** The targets that may know the deployment; connections are kept open, and reopened when they break. */
class Targets {
  private readonly sessions = new Map<string, HostSession>();

  constructor(private readonly watched: Pick<LiveViewOptions, "targets" | "privateKey">) {}

  async look(id: string): Promise<Pick<Snapshot, "target" | "blind">> {
    let blind: string | null = null;
    for (const target of this.watched.targets) {
      try {
        const look = await callAgent<DeploymentProgress>(await this.agent(target), ["look", id], "", 15_000);
        if (look.records !== null || look.open?.id === id) return { target: { name: target.name, look }, blind: null };
      } catch (error) {
        this.drop(target.name);
        // Before the first deployment there is no agent, so there is nothing to see.
        if (!/not found|No such file|Unknown command/.test((error as Error).message))
          blind = `${target.name} cannot be reached from here: ${(error as Error).message}`;
      }
    }
    return { target: null, blind };
  }

  private async agent({ name, address: host, user, hostKey }: TargetSettings): Promise<RemoteAgent> {
    const known = this.sessions.get(name);
    if (known !== undefined) return sshAgent(known);
    const session = await openSession({ host, user, hostKey }, this.watched.privateKey);
    this.sessions.set(name, session);
    return sshAgent(session);
  }

  private drop(name: string): void {
    this.sessions.get(name)?.close();
    this.sessions.delete(name);
  }

  close(): void {
    for (const name of [...this.sessions.keys()]) this.drop(name);
  }
}
