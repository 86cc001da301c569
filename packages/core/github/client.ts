/**
 * GitHub as this program needs it: one repository's runners, variables, runner releases and workflow runs.
 * Commands, hooks, services and the workflows' scripts all use this client.
 */
import { SMOKE_WORKFLOW } from "../vocabulary/runner";
import { GitHubError, statusOf, unlessMissing } from "./errors";
import type { RepositoryName } from "./repository";
import { namesIn, RepositoryRequests } from "./requests";
import { type GitHubRunner, type RawRunner, toRunner, toRunners } from "./runner";
import { runnersPath, usableRunners } from "./runner-scope";
import {
  firstEnd,
  type RawAsset,
  type RawDeprecation,
  type ReleaseFile,
  type RunnerDownload,
  type RunnerVersion,
  toDownload,
  toDownloads,
  toReleaseFile,
  toVersions,
} from "./runner-release";
import { toTokenSeen, type TokenSeen } from "./token";
import { toWorkflowRun, type WorkflowRun } from "./workflow";

/** The repository as GitHub shows it. */
export interface RepositorySeen {
  readonly private: boolean;
  readonly defaultBranch: string;
  /** `owner/name` as GitHub spells it, which jobs compare exactly. */
  readonly fullName: string;
  readonly owner: { readonly login: string; readonly kind: "person" | "organization" };
}

type RunnerParameters = Readonly<Record<string, string | number | string[]>>;

export class GitHubClient extends RepositoryRequests {
  async repository(): Promise<RepositorySeen> {
    const data = await this.call("read the repository", ({ rest }, names) => rest.repos.get(names));
    return {
      private: data.private,
      defaultBranch: data.default_branch,
      fullName: data.full_name,
      owner: { login: data.owner.login, kind: data.owner.type === "Organization" ? "organization" : "person" },
    };
  }

  /**
   * Until when the token is valid (a GitHub App's key has no end), and GitHub's clock.
   * @throws GitHubError when GitHub refuses the token
   */
  token(): Promise<TokenSeen> {
    return this.call("read the repository", async ({ rest }, names) => {
      const seen = toTokenSeen((await rest.repos.get(names)).headers);
      return { data: this.isApp ? { ...seen, ends: undefined } : seen };
    });
  }

  /**
   * Git's object ids of the files of a folder, by path from the repository's root; empty if there is no such folder.
   * Needs Contents: read.
   * @param folder empty: the root
   * @param ref branch, tag or commit; default: the default branch
   */
  async filesIn(folder: string, ref?: string): Promise<Readonly<Record<string, string>>> {
    const at = ref === undefined ? {} : { ref };
    const found = await unlessMissing(
      this.call(`list ${folder || "the files"}`, ({ rest }, names) =>
        rest.repos.getContent({ ...names, path: folder, ...at }),
      ),
    );
    const entries = Array.isArray(found) ? found : [];
    return Object.fromEntries(entries.filter(({ type }) => type === "file").map(({ path, sha }) => [path, sha]));
  }

  /**
   * A file as UTF-8. Needs Contents: read.
   * @param ref branch, tag or commit; default: the default branch
   * @throws GitHubError where there is none
   */
  async textOf(file: string, ref?: string): Promise<string> {
    const at = ref === undefined ? {} : { ref };
    const found = await this.call(`read ${file}`, ({ rest }, names) =>
      rest.repos.getContent({ ...names, path: file, ...at }),
    );
    return "content" in found ? Buffer.from(found.content, "base64").toString("utf8") : "";
  }

  /** The runner of this name, also in a group that the repository may not use: a name is taken there as well. */
  async runnerNamed(name: string): Promise<GitHubRunner | undefined> {
    const { runners } = await this.onRunners<{ runners: RawRunner[] }>("list the runners", "GET", "", {
      name,
      per_page: 100,
    });
    return toRunners({ runners }).find((runner) => runner.name === name);
  }

  /** Every self-hosted runner that can get the repository's jobs. */
  runners(): Promise<GitHubRunner[]> {
    return this.explain("list the runners", usableRunners(this));
  }

  async runner(id: number): Promise<GitHubRunner | undefined> {
    const data = await unlessMissing(
      this.onRunners<RawRunner>("read a runner", "GET", "/{runner_id}", { runner_id: id }),
    );
    return data && toRunner(data);
  }

  /** Replaces the runner's own labels. GitHub's read-only default labels stay. */
  async setLabels(id: number, labels: readonly string[]): Promise<void> {
    const parameters = { runner_id: id, labels: [...labels] };
    await this.onRunners("set the labels of a runner", "PUT", "/{runner_id}/labels", parameters);
  }

  /** Removes the registration. @returns false while GitHub refuses because the runner is busy */
  async deleteRunner(id: number): Promise<boolean> {
    try {
      await this.onRunners("remove a runner", "DELETE", "/{runner_id}", { runner_id: id });
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
    const route = "/registration-token";
    return (await this.onRunners<{ token: string }>("mint a registration token", "POST", route, {})).token;
  }

  /** A call about runners, where they are registered. */
  private onRunners<T>(action: string, method: string, route: string, parameters: RunnerParameters): Promise<T> {
    const path = runnersPath(this.where);
    return this.call(
      action,
      (octokit, names) =>
        octokit.request(`${method} ${path}${route}`, { ...namesIn(path, names), ...parameters }) as Promise<{
          data: T;
        }>,
    );
  }

  async downloads(): Promise<RunnerDownload[]> {
    const data = await this.call("list the runner downloads", ({ rest }, names) =>
      rest.actions.listRunnerApplicationsForRepo(names),
    );
    return data.map(toDownload);
  }

  /** Files of a release of actions/runner; undefined if this GitHub has no such release. */
  async runnerRelease(version: string): Promise<RunnerDownload[] | undefined> {
    const found = await this.release({ owner: "actions", repo: "runner" }, version);
    return found && toDownloads(found);
  }

  /** Files of a release of pulumi/pulumi; undefined if this GitHub has no such release. */
  async pulumiRelease(version: string): Promise<ReleaseFile[] | undefined> {
    const found = await this.release({ owner: "pulumi", repo: "pulumi" }, version);
    return found?.map(toReleaseFile);
  }

  private async release(of: RepositoryName, version: string): Promise<readonly RawAsset[] | undefined> {
    const found = await unlessMissing(
      this.call(`read release v${version} of ${of.owner}/${of.repo}`, (octokit) =>
        octokit.request("GET /repos/{owner}/{repo}/releases/tags/{tag}", { ...of, tag: `v${version}` }),
      ),
    );
    return found?.assets;
  }

  /** The newest 100 versions of actions/runner; undefined if this GitHub does not have that repository. */
  async runnerVersions(): Promise<RunnerVersion[] | undefined> {
    const found = await unlessMissing(
      this.call("list the runner's releases", ({ rest }) =>
        rest.repos.listReleases({ owner: "actions", repo: "runner", per_page: 100 }),
      ),
    );
    return found && toVersions(found);
  }

  /**
   * Time from which GitHub no longer accepts registrations of this version, ms since 1970; undefined if no end is
   * announced or this GitHub does not report it. Source: GitHub, "Get runner version end-of-life schedule".
   */
  async registrationEnds(version: string): Promise<number | undefined> {
    const found = await unlessMissing<RawDeprecation>(
      this.call(
        "read the end of a runner's version",
        (octokit, names) =>
          octokit.request("GET /repos/{owner}/{repo}/actions/runners/deprecations/{version}", {
            ...names,
            version,
          }) as Promise<{ data: RawDeprecation }>,
      ),
    );
    return firstEnd(found);
  }

  /** @throws Error when the default branch has no such workflow, or the token may not read Actions */
  async workflow(file: string): Promise<void> {
    try {
      await this.call(`read the workflow ${file}`, ({ rest }, names) =>
        rest.actions.getWorkflow({ ...names, workflow_id: file }),
      );
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      const bring = file === SMOKE_WORKFLOW ? "ghrunners setup workflows --apply" : "commit it there";
      throw new GitHubError(
        `${this.where.fullName} has no workflow ${file} (404). Expected .github/workflows/${file} on the default branch. ` +
          `Next: ${bring}, or pulumi config set --path 'ghrunners:smoke.workflow' FILE`,
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
    return run && toWorkflowRun(run);
  }

  async run(id: number): Promise<WorkflowRun> {
    const data = await this.call("read a workflow run", ({ rest }, names) =>
      rest.actions.getWorkflowRun({ ...names, run_id: id }),
    );
    return toWorkflowRun(data);
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
