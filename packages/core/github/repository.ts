/**
 * Where a repository is, and the address of its REST API. Pure.
 */

/** Where the repository is. */
export interface Repository {
  /** `https://github.com`, an enterprise's own `https://acme.ghe.com`, or a GitHub Enterprise Server. */
  readonly url: string;
  /** `owner/name`. */
  readonly fullName: string;
  /**
   * Where its runners are registered: the name of a group of the organization that owns the repository. Absent: at the
   * repository itself.
   */
  readonly runnerGroup?: string | undefined;
}

/** A stack's settings of the repository, by their own names. */
export interface GitHubSettings {
  readonly url: string;
  readonly repository: string;
  readonly runnerGroup?: string | undefined;
}

/** The repository of a stack's settings. */
export const repositoryOf = ({ url, repository: fullName, runnerGroup }: GitHubSettings): Repository => ({
  url,
  fullName,
  ...(runnerGroup === undefined ? {} : { runnerGroup }),
});

/** Owner and name apart, as Octokit wants them. */
export type RepositoryName = Readonly<Record<"owner" | "repo", string>>;

/**
 * Splits `owner/name`. The configuration and the components' arguments have checked its form.
 * @example repositoryName("octo-org/demo-app") // { owner: "octo-org", repo: "demo-app" }
 */
export function repositoryName(fullName: string): RepositoryName {
  const [owner = "", repo = ""] = fullName.split("/");
  return { owner, repo };
}

/**
 * REST base address: github.com and GHE.com (data residency) have a host of their own for it, an Enterprise Server has
 * a path. Source: GitHub documentation, "Network details for GHE.com" and "GitHub Enterprise Server REST API".
 * @param url as in {@link Repository}
 * @example apiBase("https://acme.ghe.com") // "https://api.acme.ghe.com"
 */
export function apiBase(url: string): string {
  const { origin, host } = new URL(url);
  if (host === "github.com") return "https://api.github.com";
  if (/^[a-z0-9-]+\.ghe\.com$/.test(host)) return `https://api.${host}`;
  return `${origin}/api/v3`;
}

/** The same for the Terraform provider, which itself adds the path of an Enterprise Server. */
export const providerBase = (url: string): string => `${apiBase(url).replace(/\/api\/v3$/, "")}/`;
