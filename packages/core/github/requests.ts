/**
 * Requests to one repository's part of GitHub's REST API, with a command's words for a failure, or a service's own.
 */
import { appIn } from "./credential";
import { explainGitHubError } from "./errors";
import { type GitHubAccess, type Octokit, openOctokit } from "./octokit";
import { type Repository, type RepositoryName, repositoryName } from "./repository";

const PAGE = 100;

type Parameters = Readonly<Record<string, string | number>>;
type Request<T> = (octokit: Octokit, names: RepositoryName) => Promise<{ data: T }>;

/**
 * Whether a Link header names a page after this one. Source: GitHub's documentation, using pagination in the REST API.
 */
const hasNext = (link: string | undefined): boolean => link !== undefined && /;\s*rel="?next"?/.test(link);

/** The names that a path has: Octokit would send any other as a parameter. */
export const namesIn = (path: string, { owner = "", repo = "" }: RepositoryName): Readonly<Record<string, string>> =>
  path.startsWith("/orgs/") ? { owner } : { owner, repo };

const dataOf = async <T>(answer: Promise<{ data: T }>): Promise<T> => (await answer).data;

export class RepositoryRequests {
  private readonly octokit: Octokit;
  /** For requests that must not be retried. */
  private readonly single: Octokit;
  private readonly names: RepositoryName;
  /** Whether the credential is a GitHub App, whose tokens are renewed before they end. */
  protected readonly isApp: boolean;

  /** @param options time limit of a request and, for a service, its budget; see {@link GitHubAccess} */
  constructor(
    /** The repository, and where its runners are registered. */
    readonly where: Repository,
    token: string,
    options: Omit<GitHubAccess, "url" | "token"> = {},
  ) {
    const access = { ...options, url: where.url, token };
    this.single = openOctokit({ ...access, retries: false });
    this.octokit = options.retries === false ? this.single : openOctokit(access);
    this.names = repositoryName(where.fullName);
    this.isApp = appIn(token) !== undefined;
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
   * @param route below the repository, such as `/actions/runners`; or of its owner, from `/orgs/{owner}` on
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
    const path = route.startsWith("/orgs/") ? route : `/repos/{owner}/{repo}${route}`;
    const answer = await this.octokit.request(`GET ${path}`, {
      ...namesIn(path, this.names),
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
}
