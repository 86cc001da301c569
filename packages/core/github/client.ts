/**
 * GitHub as this program needs it: one repository's runners, releases of the runner, workflow runs.
 * Loaded only where something is to be done; a run without changes never gets here.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Octokit } from "@octokit/rest";
import { apiBase } from "./api-base";
import { explainGitHubError, GitHubError, retryDelayMs, statusOf } from "./errors";
import type { Repository } from "./repository";

/** A runner as GitHub sees it. */
export interface GitHubRunner {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
  readonly labels: readonly string[];
  /** Undefined until the runner connected for the first time, or where GitHub does not tell. */
  readonly version: string | undefined;
}

/** A file of the runner program that GitHub offers. */
export interface RunnerDownload {
  readonly os: string;
  readonly architecture: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

export interface WorkflowRun {
  readonly id: number;
  readonly url: string;
  readonly status: string;
  readonly conclusion: string | undefined;
}

interface RawRunner {
  id: number;
  name: string;
  status: string;
  busy: boolean;
  labels: { name: string }[];
  version?: string | null;
}

const toRunner = (raw: RawRunner): GitHubRunner => ({
  id: raw.id,
  name: raw.name,
  online: raw.status === "online",
  busy: raw.busy,
  labels: raw.labels.map((label) => label.name),
  version: raw.version ?? undefined,
});

export class GitHubClient {
  private constructor(
    private readonly octokit: Octokit,
    private readonly where: Repository,
  ) {}

  static async open(repository: Repository, token: string): Promise<GitHubClient> {
    const { Octokit: Client } = await import("@octokit/rest");
    const quiet = (): void => undefined;
    const octokit = new Client({
      auth: token,
      baseUrl: apiBase(repository.url),
      userAgent: "ghrunners",
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    return new GitHubClient(octokit, repository);
  }

  private get names(): { owner: string; repo: string } {
    const [owner = "", repo = ""] = this.where.fullName.split("/");
    return { owner, repo };
  }

  /**
   * One call with a bounded number of retries: 5xx, rate limits and broken connections only.
   * @param action what the call is for, for the error message
   */
  async call<T>(
    action: string,
    request: (octokit: Octokit, names: { owner: string; repo: string }) => Promise<{ data: T }>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await request(this.octokit, this.names)).data;
      } catch (error) {
        const wait = retryDelayMs(error, attempt);
        if (wait === undefined) throw explainGitHubError(error, action, this.where);
        await delay(wait);
      }
    }
  }

  /** Like {@link call} without another try, for what must not happen twice. */
  async once<T>(
    action: string,
    request: (octokit: Octokit, names: { owner: string; repo: string }) => Promise<{ data: T }>,
  ): Promise<T> {
    try {
      return (await request(this.octokit, this.names)).data;
    } catch (error) {
      throw explainGitHubError(error, action, this.where);
    }
  }

  async repository(): Promise<{ private: boolean; defaultBranch: string }> {
    const data = await this.call("read the repository", () => this.octokit.rest.repos.get(this.names));
    return { private: data.private, defaultBranch: data.default_branch };
  }

  async runnerNamed(name: string): Promise<GitHubRunner | undefined> {
    const data = await this.call("list the runners", () =>
      this.octokit.request("GET /repos/{owner}/{repo}/actions/runners", { ...this.names, name, per_page: 100 }),
    );
    const found = data.runners.find((runner) => runner.name === name);
    return found && toRunner(found);
  }

  async runners(): Promise<GitHubRunner[]> {
    const found: GitHubRunner[] = [];
    for (let page = 1; ; page += 1) {
      const data = await this.call("list the runners", () =>
        this.octokit.rest.actions.listSelfHostedRunnersForRepo({ ...this.names, per_page: 100, page }),
      );
      found.push(...data.runners.map(toRunner));
      if (data.runners.length < 100) return found;
    }
  }

  async runner(id: number): Promise<GitHubRunner | undefined> {
    try {
      const data = await this.call("read a runner", () =>
        this.octokit.rest.actions.getSelfHostedRunnerForRepo({ ...this.names, runner_id: id }),
      );
      return toRunner(data);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Replaces the runner's own labels. GitHub's read-only default labels, if it has any, stay. */
  async setLabels(id: number, labels: readonly string[]): Promise<void> {
    await this.call("set the labels of a runner", () =>
      this.octokit.rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
        ...this.names,
        runner_id: id,
        labels: [...labels],
      }),
    );
  }

  /** Removes the registration. @returns false while GitHub refuses because the runner is busy */
  async deleteRunner(id: number): Promise<boolean> {
    try {
      await this.call("remove a runner", async () => ({
        data: await this.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({ ...this.names, runner_id: id }),
      }));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return true;
      if (statusOf(error) === 422) return false;
      throw error;
    }
  }

  /** Removes a variable of the repository, whether it is there or not. */
  async deleteVariable(name: string): Promise<void> {
    try {
      await this.call(`remove the variable ${name}`, () =>
        this.octokit.rest.actions.deleteRepoVariable({ ...this.names, name }),
      );
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  /** A token that lets one host register, valid for an hour. */
  async registrationToken(): Promise<string> {
    const data = await this.call("mint a registration token", () =>
      this.octokit.rest.actions.createRegistrationTokenForRepo(this.names),
    );
    return data.token;
  }

  async downloads(): Promise<RunnerDownload[]> {
    const data = await this.call("list the runner downloads", () =>
      this.octokit.rest.actions.listRunnerApplicationsForRepo(this.names),
    );
    return data.map((file) => ({
      os: file.os,
      architecture: file.architecture,
      filename: file.filename,
      url: file.download_url,
      sha256: file.sha256_checksum,
    }));
  }

  /** @throws Error when the default branch has no such workflow, or the token may not read Actions */
  async workflow(file: string): Promise<void> {
    try {
      await this.call(`read the workflow ${file}`, () =>
        this.octokit.rest.actions.getWorkflow({ ...this.names, workflow_id: file }),
      );
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      throw new GitHubError(
        `${this.where.fullName} has no workflow ${file} (404). Expected .github/workflows/${file} on the default branch. ` +
          `Next: commit it there, or pulumi config set --path 'ghrunners:smoke.workflow' FILE`,
        404,
      );
    }
  }

  async dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void> {
    await this.call(`start the workflow ${workflow}`, () =>
      this.octokit.rest.actions.createWorkflowDispatch({ ...this.names, workflow_id: workflow, ref, inputs }),
    );
  }

  /** The newest run of a workflow whose title contains the text. */
  async runTitled(workflow: string, text: string): Promise<WorkflowRun | undefined> {
    const data = await this.call(`list the runs of ${workflow}`, () =>
      this.octokit.rest.actions.listWorkflowRuns({
        ...this.names,
        workflow_id: workflow,
        event: "workflow_dispatch",
        per_page: 20,
      }),
    );
    const run = data.workflow_runs.find(({ display_title }) => display_title.includes(text));
    return (
      run && { id: run.id, url: run.html_url, status: run.status ?? "unknown", conclusion: run.conclusion ?? undefined }
    );
  }

  async run(id: number): Promise<WorkflowRun> {
    const run = await this.call("read a workflow run", () =>
      this.octokit.rest.actions.getWorkflowRun({ ...this.names, run_id: id }),
    );
    return { id: run.id, url: run.html_url, status: run.status ?? "unknown", conclusion: run.conclusion ?? undefined };
  }

  async cancelRun(id: number): Promise<void> {
    await this.call("cancel a workflow run", () =>
      this.octokit.rest.actions.cancelWorkflowRun({ ...this.names, run_id: id }),
    );
  }

  /** Names of the runners that the run's jobs ran on. */
  async runnersOfRun(id: number): Promise<string[]> {
    const data = await this.call("list the jobs of a run", () =>
      this.octokit.rest.actions.listJobsForWorkflowRun({ ...this.names, run_id: id }),
    );
    return data.jobs.flatMap((job) => (job.runner_name ? [job.runner_name] : []));
  }
}
