import { cpSync } from "node:fs";
import path from "node:path";
import { runOnHost } from "../hosts";
import { repositoryFolder } from "../lifecycle";
import type { GateView } from "@ghrunners/cli/gate/view";
import { projectRoot } from "@ghrunners/core/project-root";
import { seal } from "./seal";
import { until } from "@ghrunners/core/until";
import type { Rehearsal } from "./rehearsal";

/** What DEPLOY_RUNNER holds. */
export interface PublishedChoice {
  readonly labels: readonly string[];
  /** Name of the runner; null: no runner may deploy. */
  readonly name: string | null;
  readonly reason: string;
  readonly expiresAt: string;
}

/** The failover switch of a lab, as GitHub and the monitoring host show it. */
export class Failover {
  constructor(private readonly rehearsal: Rehearsal) {}

  /** A script as root on the monitoring host. @throws Error with its words */
  async onHost(script: string): Promise<string> {
    const { code, output } = await runOnHost(this.rehearsal.lab.instance, "monitoring", `set -euo pipefail\n${script}`);
    if (code !== 0) throw new Error(`On the monitoring host (${code}): ${output}`);
    return output.trim();
  }

  /** The variable's text; undefined while there is none. */
  async variable(): Promise<string | undefined> {
    const { octokit, repository } = this.rehearsal;
    try {
      const { data } = await octokit.rest.actions.getRepoVariable({ ...repository, name: "DEPLOY_RUNNER" });
      return data.value;
    } catch (error) {
      if ((error as { status?: number }).status === 404) return undefined;
      throw error;
    }
  }

  /** Waits until this runner is published at GitHub. @param name null: none */
  chosen(name: string | null, limitMs: number): Promise<PublishedChoice> {
    return until(`DEPLOY_RUNNER names ${name}`, limitMs, async () => {
      const text = await this.variable();
      const choice = text === undefined ? undefined : (JSON.parse(text) as PublishedChoice);
      if (choice?.name === name) return choice;
      throw new Error(`it is ${text}`);
    });
  }

  /** `ghrunners gate --json`, as a person types it. */
  async gate(): Promise<{ code: number; view: GateView }> {
    const { code, stdout, all } = await this.rehearsal.run(["ghrunners", "gate", "--json"]);
    if (stdout === "") throw new Error(all);
    return { code, view: JSON.parse(stdout) as GateView };
  }

  /** Starts a release of the demo application, whose gate follows DEPLOY_RUNNER. @returns the run's id */
  async release(): Promise<number> {
    const { octokit, repository } = this.rehearsal;
    const where = { ...repository, workflow_id: "release.yml" };
    const before = (await octokit.rest.actions.listWorkflowRuns(where)).data.total_count;
    await octokit.rest.actions.createWorkflowDispatch({
      ...where,
      ref: "main",
      inputs: { version: "2", environment: "lab", runner: "auto" },
    });
    return until("the release is there", 10_000, async () => {
      const { data } = await octokit.rest.actions.listWorkflowRuns(where);
      return data.total_count > before ? data.workflow_runs[0]?.id : undefined;
    });
  }

  /** Status and labels of the deployment's job in the newest attempt; undefined before its gate is over. */
  async deployJob(runId: number): Promise<{ status: string; labels: readonly string[]; attempt: number } | undefined> {
    const { octokit, repository } = this.rehearsal;
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: runId });
    const job = data.jobs.find(({ labels }) => labels.includes("self-hosted"));
    return job && { status: job.status, labels: job.labels, attempt: job.run_attempt ?? 1 };
  }

  /** Waits until both runners are healthy and the primary is chosen. */
  async settled(limitMs: number): Promise<void> {
    await until("both runners are healthy, and the primary is chosen", limitMs, async () => {
      const { view } = await this.gate();
      const isHealthy = view.decision?.runners.every(({ grade }) => grade === "healthy") ?? false;
      if (!isHealthy || view.decision?.role !== "primary") throw new Error(view.decision?.explanation ?? view.unit);
      return true;
    });
  }

  /** The demo application's repository with its release, whose gate may list the runners. */
  async pushRelease(): Promise<void> {
    const { octokit, repository, lab } = this.rehearsal;
    const from = path.join(projectRoot, "lab/demo-app/repository");
    cpSync(from, repositoryFolder(lab.instance), { recursive: true });
    const { data: key } = await octokit.rest.actions.getRepoPublicKey(repository);
    await octokit.rest.actions.createOrUpdateRepoSecret({
      ...repository,
      secret_name: "RUNNER_VIEW_TOKEN",
      encrypted_value: await seal(key.key, lab.secrets.exporterToken),
      key_id: key.key_id,
    });
  }
}
