/**
 * GitHub as this program needs it: one repository's runners, variables, runner releases and workflow runs.
 * Commands, hooks, services and the workflows' scripts all use this client.
 */
import { explainGitHubError, GitHubError, statusOf, unlessMissing } from "./errors";
import { type GitHubAccess, type Octokit, openOctokit } from "./octokit";
import { type Repository, type RepositoryName, repositoryName } from "./repository";
import { type GitHubRunner, type RawRunner, toRunner, toRunners } from "./runner";

/** A file of the runner program that GitHub offers. */
export interface RunnerDownload {
  readonly os: string;
  readonly architecture: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

/** The repository as GitHub shows it. */
export interface RepositorySeen {
  readonly private: boolean;
  readonly defaultBranch: string;
  /** `owner/name` as GitHub spells it, which jobs compare exactly. */
  readonly fullName: string;
  readonly owner: { readonly login: string; readonly kind: "person" | "organization" };
}

export interface WorkflowRun {
  readonly id: number;
  readonly url: string;
  readonly status: string;
  readonly conclusion: string | undefined;
}

const PAGE = 100;
interface Deprecation {
  readonly runtime_deprecates_at?: string | null;
  readonly registration_deprecates_at?: string | null;
}

type Parameters = Readonly<Record<string, string | number>>;
type Request<T> = (octokit: Octokit, names: RepositoryName) => Promise<{ data: T }>;

/** Whether a Link header names a page after this one. Source: GitHub's documentation, using pagination in the REST API. */
const hasNext = (link: string | undefined): boolean => link !== undefined && /;\s*rel="?next"?/.test(link);

const dataOf = async <T>(answer: Promise<{ data: T }>): Promise<T> => (await answer).data;

export class GitHubClient {
  private readonly octokit: Octokit;
  /** For requests that must not be retried. */
  private readonly single: Octokit;
  private readonly names: RepositoryName;

  /** @param options time limit of a request and, for a service, its budget; see {@link GitHubAccess} */
  constructor(
    private readonly where: Repository,
    token: string,
    options: Omit<GitHubAccess, "url" | "token"> = {},
  ) {
    const access = { ...options, url: where.url, token };
    this.single = openOctokit({ ...access, retries: false });
    this.octokit = options.retries === false ? this.single : openOctokit(access);
    this.names = repositoryName(where.fullName);
  }

  /** Aborts the requests under way. For a service, closes its budget too. */
  close(): void {
    this.octokit.close();
    this.single.close();
  }

  /**
   * One call with a bounded number of retries: 5xx, rate limits and broken connections only.
   * @param action what the call is for, for the error message
   * @throws GitHubError that explains the failure to an operator
   */
  call<T>(action: string, request: Request<T>): Promise<T> {
    return this.explain(action, dataOf(request(this.octokit, this.names)));
  }

  /** Like {@link call} without retries, for a request that must not be sent twice. */
  once<T>(action: string, request: Request<T>): Promise<T> {
    return this.explain(action, dataOf(request(this.single, this.names)));
  }

  /** Turns the failure of a request into an explanation for an operator. @throws GitHubError */
  async explain<T>(action: string, question: Promise<T>): Promise<T> {
    try {
      return await question;
    } catch (error) {
      throw explainGitHubError(error, action, this.where);
    }
  }

  /**
   * One GET for a service, which handles failures itself.
   * @param route below the repository, such as `/actions/runners`
   * @param project picks the wanted part of the answer; only that is kept in memory
   * @param reserve share of the budget to leave for more important requests, 0 to 1
   * @throws NotAskedError, or Octokit's RequestError
   */
  async get<Raw, Value>(
    route: string,
    parameters: Parameters,
    project: (raw: Raw) => Value,
    reserve = 0,
  ): Promise<Value> {
    return (await this.answer(route, parameters, project, reserve)).data;
  }

  private async answer<Raw, Value>(
    route: string,
    parameters: Parameters,
    project: (raw: Raw) => Value,
    reserve: number,
  ): Promise<{ data: Value; headers: { link?: string } }> {
    const request = { project: project as (answer: never) => unknown, reserve };
    const answer = await this.octokit.request(`GET /repos/{owner}/{repo}${route}`, {
      ...this.names,
      ...parameters,
      request,
    });
    return { data: answer.data as Value, headers: answer.headers };
  }

  /**
   * All pages of a list, following GitHub's Link header. A short page is not necessarily the last one: some lists
   * return fewer entries than requested (variables: 30 at most).
   * @param items picks the list out of an answer
   */
  async pages<Raw, Value>(
    route: string,
    parameters: Parameters,
    items: (raw: Raw) => Value[],
    reserve = 0,
  ): Promise<Value[]> {
    const all: Value[] = [];
    for (let page = 1; ; page += 1) {
      const { data, headers } = await this.answer(route, { ...parameters, per_page: PAGE, page }, items, reserve);
      all.push(...data);
      if (!hasNext(headers.link)) return all;
    }
  }

  /** {@link pages} for a command: every entry of a list. @throws GitHubError that explains the failure */
  list<Raw, Value>(
    action: string,
    route: string,
    parameters: Parameters,
    items: (raw: Raw) => Value[],
  ): Promise<Value[]> {
    return this.explain(action, this.pages(route, parameters, items));
  }

  /**
   * One write.
   * @param method such as POST @param route below the repository, such as `/actions/variables`
   * @throws NotAskedError, or Octokit's RequestError
   */
  async send(method: string, route: string, parameters: Parameters): Promise<void> {
    await this.single.request(`${method} /repos/{owner}/{repo}${route}`, { ...this.names, ...parameters });
  }

  async repository(): Promise<RepositorySeen> {
    const data = await this.call("read the repository", ({ rest }, names) => rest.repos.get(names));
    return {
      private: data.private,
      defaultBranch: data.default_branch,
      fullName: data.full_name,
      owner: { login: data.owner.login, kind: data.owner.type === "Organization" ? "organization" : "person" },
    };
  }

  async runnerNamed(name: string): Promise<GitHubRunner | undefined> {
    const data = await this.call("list the runners", (octokit, names) =>
      octokit.request("GET /repos/{owner}/{repo}/actions/runners", { ...names, name, per_page: PAGE }),
    );
    return toRunners(data).find((runner) => runner.name === name);
  }

  /** Every self-hosted runner of the repository. */
  runners(): Promise<GitHubRunner[]> {
    return this.list("list the runners", "/actions/runners", {}, toRunners);
  }

  async runner(id: number): Promise<GitHubRunner | undefined> {
    const data = await unlessMissing<RawRunner>(
      this.call("read a runner", ({ rest }, names) =>
        rest.actions.getSelfHostedRunnerForRepo({ ...names, runner_id: id }),
      ),
    );
    return data && toRunner(data);
  }

  /** Replaces the runner's own labels. GitHub's read-only default labels stay. */
  async setLabels(id: number, labels: readonly string[]): Promise<void> {
    await this.call("set the labels of a runner", ({ rest }, names) =>
      rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
        ...names,
        runner_id: id,
        labels: [...labels],
      }),
    );
  }

  /** Removes the registration. @returns false while GitHub refuses because the runner is busy */
  async deleteRunner(id: number): Promise<boolean> {
    try {
      await this.call("remove a runner", async ({ rest }, names) => ({
        data: await rest.actions.deleteSelfHostedRunnerFromRepo({ ...names, runner_id: id }),
      }));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return true;
      if (statusOf(error) === 422) return false;
      throw error;
    }
  }

  /** Value of a variable of the repository; undefined when there is none of that name. */
  async variable(name: string): Promise<string | undefined> {
    const found = await unlessMissing(
      this.call(`read the variable ${name}`, ({ rest }, names) => rest.actions.getRepoVariable({ ...names, name })),
    );
    return found?.value;
  }

  /** Removes a variable of the repository; does nothing if it does not exist. */
  async deleteVariable(name: string): Promise<void> {
    await unlessMissing(
      this.call(`remove the variable ${name}`, ({ rest }, names) =>
        rest.actions.deleteRepoVariable({ ...names, name }),
      ),
    );
  }

  /** A token that lets one host register, valid for an hour. */
  async registrationToken(): Promise<string> {
    const data = await this.call("mint a registration token", ({ rest }, names) =>
      rest.actions.createRegistrationTokenForRepo(names),
    );
    return data.token;
  }

  async downloads(): Promise<RunnerDownload[]> {
    const data = await this.call("list the runner downloads", ({ rest }, names) =>
      rest.actions.listRunnerApplicationsForRepo(names),
    );
    return data.map((file) => ({
      os: file.os,
      architecture: file.architecture,
      filename: file.filename,
      url: file.download_url,
      sha256: file.sha256_checksum,
    }));
  }

  /** Files of a release of actions/runner; undefined if this GitHub has no such release. */
  async runnerRelease(version: string): Promise<RunnerDownload[] | undefined> {
    const tag = { owner: "actions", repo: "runner", tag: `v${version}` };
    const found = await unlessMissing(
      this.call("read the runner's release", (octokit) =>
        octokit.request("GET /repos/{owner}/{repo}/releases/tags/{tag}", tag),
      ),
    );
    return found?.assets.flatMap(({ name, browser_download_url: url, digest }) => {
      const [, os, architecture] = /^actions-runner-(\w+)-(\w+)-[\d.]+\.tar\.gz$/.exec(name) ?? [];
      const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
      return os === undefined || architecture === undefined ? [] : [{ os, architecture, filename: name, url, sha256 }];
    });
  }

  /**
   * Time from which GitHub no longer accepts registrations of this version, ms since 1970; undefined if no end is
   * announced or this GitHub does not report it. Source: GitHub, "Get runner version end-of-life schedule".
   */
  async registrationEnds(version: string): Promise<number | undefined> {
    const found = await unlessMissing<Deprecation>(
      this.call(
        "read the end of a runner's version",
        (octokit, names) =>
          octokit.request("GET /repos/{owner}/{repo}/actions/runners/deprecations/{version}", {
            ...names,
            version,
          }) as Promise<{ data: Deprecation }>,
      ),
    );
    const ends = [found?.registration_deprecates_at, found?.runtime_deprecates_at]
      .map((text) => Date.parse(text ?? ""))
      .filter((at) => !Number.isNaN(at));
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** @throws Error when the default branch has no such workflow, or the token may not read Actions */
  async workflow(file: string): Promise<void> {
    try {
      await this.call(`read the workflow ${file}`, ({ rest }, names) =>
        rest.actions.getWorkflow({ ...names, workflow_id: file }),
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
    await this.call(`start the workflow ${workflow}`, ({ rest }, names) =>
      rest.actions.createWorkflowDispatch({ ...names, workflow_id: workflow, ref, inputs }),
    );
  }

  /** The newest run of a workflow whose title contains the text. */
  async runTitled(workflow: string, text: string): Promise<WorkflowRun | undefined> {
    const data = await this.call(`list the runs of ${workflow}`, ({ rest }, names) =>
      rest.actions.listWorkflowRuns({
        ...names,
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
    const run = await this.call("read a workflow run", ({ rest }, names) =>
      rest.actions.getWorkflowRun({ ...names, run_id: id }),
    );
    return { id: run.id, url: run.html_url, status: run.status ?? "unknown", conclusion: run.conclusion ?? undefined };
  }

  async cancelRun(id: number): Promise<void> {
    await this.call("cancel a workflow run", ({ rest }, names) =>
      rest.actions.cancelWorkflowRun({ ...names, run_id: id }),
    );
  }

  /** Names of the runners that the run's jobs ran on. */
  async runnersOfRun(id: number): Promise<string[]> {
    type Jobs = { readonly jobs: readonly { readonly runner_name: string | null }[] };
    return this.list("list the jobs of a run", "/actions/runs/{run_id}/jobs", { run_id: id }, ({ jobs }: Jobs) =>
      jobs.flatMap(({ runner_name: name }) => (name ? [name] : [])),
    );
  }
}
