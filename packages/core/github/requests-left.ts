/**
 * How much of GitHub's rate limit is left. Asking costs nothing of it, and GitHub answers when it is used up as well.
 * Source: GitHub, "REST API endpoints for rate limits".
 */
const LIMIT_MS = 10_000;

/** Requests that one run of the program may need: a refresh reads each thing that is managed at GitHub. */
export const REQUESTS_OF_A_RUN = 100;

export interface RequestsLeft {
  readonly remaining: number;
  /** Requests in an hour. */
  readonly limit: number;
  /** When the hour ends and all of them are there again, seconds since 1970. */
  readonly reset: number;
}

/**
 * Why no run may start, in words; undefined where enough requests are left.
 * @param now milliseconds since 1970
 */
export function refuseWithoutRequests({ remaining, limit, reset }: RequestsLeft, now = Date.now()): string | undefined {
  const expected = Math.min(REQUESTS_OF_A_RUN, limit);
  if (remaining >= expected || reset * 1000 <= now) return undefined;
  const until = new Date(reset * 1000).toISOString();
  return (
    `the rate limit of ghrunners:githubToken: seen ${remaining} of ${limit} requests left until ${until}, expected at least ` +
    `${expected}. Without them GitHub's provider sleeps until then, and holds the lock of the stack. ` +
    `Next: the same command again after ${until}, or a token of another account: pulumi config set --secret ghrunners:githubToken`
  );
}

/**
 * Asks GitHub how many requests a token has left.
 * @param url web address of GitHub, as in the configuration
 * @returns undefined if GitHub does not tell: an Enterprise Server without limits answers 404; a refused token and a
 *   missing answer are reported by the next request
 */
export async function requestsLeft(url: string, token: string, limitMs = LIMIT_MS): Promise<RequestsLeft | undefined> {
  try {
    // Loaded only when it is used: comparing state and program needs no client.
    const { openOctokit } = require("./octokit") as typeof import("./octokit");
    const { data } = await openOctokit({ url, token, limitMs, retries: false }).rest.rateLimit.get();
    const { remaining, limit, reset } = data.resources.core;
    return { remaining, limit, reset };
  } catch {
    return undefined;
  }
}
