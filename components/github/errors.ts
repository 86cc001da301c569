/**
 * What GitHub's answers mean, and which are worth another try. Pure.
 */
import type { Repository } from "./client";

const ATTEMPTS = 4;
/** A rate limit that lasts longer is reported instead of waited for. */
const LONGEST_WAIT_MS = 30_000;

interface HttpError {
  readonly message?: string;
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
  readonly cause?: unknown;
}

/** An answer of GitHub that ends the operation. */
export class GitHubError extends Error {
  constructor(
    message: string,
    readonly status: number | undefined,
  ) {
    super(message);
  }
}

export function statusOf(error: unknown): number | undefined {
  return (error as HttpError).status;
}

function isRateLimit({ status, response, message = "" }: HttpError): boolean {
  if (status === 429) return true;
  return status === 403 && (response?.headers?.["x-ratelimit-remaining"] === "0" || /rate limit/i.test(message));
}

/** The cause of a failed fetch is a network error with a code; Octokit reports it as status 500 without a response. */
const withoutAnswer = (error: HttpError): boolean => error.response === undefined;

/**
 * Milliseconds to wait before the next try; undefined when the error is final.
 * @param attempt number of the try that failed, from 1
 * @param now milliseconds since 1970, for GitHub's x-ratelimit-reset
 */
export function retryDelayMs(error: unknown, attempt: number, now = Date.now()): number | undefined {
  const failure = error as HttpError;
  if (attempt >= ATTEMPTS) return undefined;
  const headers = failure.response?.headers ?? {};
  if (isRateLimit(failure)) {
    const seconds = headers["retry-after"] ?? Number(headers["x-ratelimit-reset"] ?? Number.NaN) - now / 1000;
    const wait = Number.isNaN(Number(seconds)) ? 1_000 * attempt : Math.max(0, Number(seconds) * 1000) + 250;
    return wait <= LONGEST_WAIT_MS ? wait : undefined;
  }
  if (withoutAnswer(failure) || (failure.status ?? 0) >= 500) return 400 * 2 ** (attempt - 1);
  return undefined;
}

/** A GitHub answer in words: what was seen, what was expected, what to do next. */
export function explainGitHubError(error: unknown, action: string, { url, fullName }: Repository): GitHubError {
  const failure = error as HttpError;
  const said = failure.message ?? String(error);
  const head = `GitHub refused to ${action} (${fullName})`;
  const text = ((): string => {
    if (isRateLimit(failure)) {
      return `${head}: rate limit reached ("${said}"). Next: wait until it is over, then pulumi up`;
    }
    if (withoutAnswer(failure)) {
      return `${url} does not answer: ${said}. Expected GitHub's REST API there, with a certificate that this machine trusts (own authority: NODE_EXTRA_CA_CERTS)`;
    }
    if (failure.status === 401) {
      return `${head}: 401, the token is wrong, expired or revoked. Next: pulumi config set --secret ghrunners:githubToken`;
    }
    if (failure.status === 403) {
      return `${head}: 403, "${said}". Expected a token with Administration write and Actions write. Next: pulumi config set --secret ghrunners:githubToken`;
    }
    if (failure.status === 404) {
      return `${head}: 404. Expected an existing repository that the token may see (Administration, Actions). Next: check ghrunners:github.repository and the token's permissions`;
    }
    return `${head}: ${failure.status ?? "no status"}, "${said}"`;
  })();
  return new GitHubError(text, failure.status);
}
