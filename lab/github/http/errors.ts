const documentation = "https://docs.github.com/rest";

/** An answer that is an error, in GitHub's words and shape. */
export class GitHubApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get body(): Record<string, unknown> {
    return {
      message: this.message,
      ...this.extra,
      documentation_url: this.extra.documentation_url ?? documentation,
      status: String(this.status),
    };
  }
}

export const badCredentials = (): GitHubApiError => new GitHubApiError(401, "Bad credentials");
export const requiresAuthentication = (): GitHubApiError => new GitHubApiError(401, "Requires authentication");
/** @param isInstallation whether an App's token was refused */
export const notAccessible = (
  wanted: readonly string[],
  { isInstallation }: { readonly isInstallation: boolean },
): GitHubApiError =>
  new GitHubApiError(
    403,
    `Resource not accessible by ${isInstallation ? "integration" : "personal access token"}`,
    {},
    {
      "x-accepted-github-permissions": wanted.map((permission) => permission.replace(":", "=")).join("; "),
    },
  );
export const notFound = (): GitHubApiError => new GitHubApiError(404, "Not Found");
export const conflict = (message: string): GitHubApiError => new GitHubApiError(409, message);
export const unprocessable = (message: string, errors?: readonly unknown[] | string): GitHubApiError =>
  new GitHubApiError(422, message, errors === undefined ? {} : { errors });
/** Something that GitHub can do and the emulator cannot. */
export const notModelled = (what: string): GitHubApiError =>
  new GitHubApiError(501, `${what} is not modelled by the lab's GitHub emulator; see lab/github/README.md.`);

/**
 * What GitHub answers to the former name of a repository: 301 to a GET, 307 to a write, both to the repository's
 * number. Source: GitHub, Best practices for using the REST API, "Follow redirects"; the 307 as seen in 18F/charlie#85.
 */
export const movedPermanently = (method: string, url: string): GitHubApiError =>
  new GitHubApiError(
    method === "GET" ? 301 : 307,
    "Moved Permanently",
    {
      url,
      documentation_url: "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    },
    { location: url },
  );
