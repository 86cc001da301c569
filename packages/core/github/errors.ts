/**
 * What GitHub's error answers mean, and which requests are worth retrying. Pure.
 */
import { explainNoAnswer } from "../https/explain-no-answer";
import type { Repository } from "./repository";

/** Attempts per request. */
export const ATTEMPTS = 4;
/** A rate limit that lasts longer is reported instead of waited for. */
const LONGEST_WAIT_MS = 30_000;
/** How long to wait at a limit whose end is not named. Source: GitHub, "Rate limits for the REST API". */
const UNNAMED_LIMIT_MS = 60_000;

interface HttpError {
  readonly message?: string;
  readonly status?: number;
  readonly request?: { readonly url?: string };
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
  readonly cause?: unknown;
}

/** An answer of GitHub that ends the operation. */
export class GitHubError extends Error {
  /**
   * @param status HTTP status; undefined without an answer
   * @param allowedAt if a rate limit was reached: when GitHub accepts requests again, milliseconds since 1970
   */
  constructor(
    message: string,
    readonly status: number | undefined,
    readonly allowedAt?: number,
  ) {
    super(message);
  }
}

export function statusOf(error: unknown): number | undefined {
  return (error as HttpError).status;
}

/** Whether an App asks for its token at this address. */
export const asksForToken = (url: string | undefined): boolean => url?.endsWith("/access_tokens") ?? false;

/** Whether GitHub refused an App's request for its token: no answer to the question that needed the token. */
const refusedApp = ({ request, response }: HttpError): boolean => response !== undefined && asksForToken(request?.url);

/**
 * A 404 says that what was asked for does not exist. GitHub's 404 for an App that is not installed says nothing of it,
 * and becomes a 401.
 */
export function notMissing(error: unknown): unknown {
  const isMisread = statusOf(error) === 404 && refusedApp(error as HttpError);
  return isMisread ? Object.assign(error as Error, { status: 401 }) : error;
}

/** Undefined if GitHub answers 404, that is, the thing does not exist. */
export async function unlessMissing<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Permissions that GitHub names in its refusal, such as `administration=write`. */
function wantedPermissions({ response }: HttpError): string {
  const named = response?.headers?.["x-accepted-github-permissions"];
  return named === undefined || named === "" ? "Administration write and Actions write" : String(named);
}

/** Milliseconds since 1970 when the limit ends; undefined if GitHub does not say. */
function rateLimitEnd({ response }: HttpError, now: number): number | undefined {
  const headers = response?.headers ?? {};
  if (headers["retry-after"] !== undefined) return now + Number(headers["retry-after"]) * 1000;
  const reset = headers["x-ratelimit-reset"];
  return reset === undefined ? undefined : Number(reset) * 1000;
}

/** Whether GitHub refused because the primary or a secondary rate limit is reached. */
export function isRateLimit({ status, response, message = "" }: HttpError): boolean {
  if (status === 429) return true;
  return status === 403 && (response?.headers?.["x-ratelimit-remaining"] === "0" || /rate limit/i.test(message));
}

/** The cause of a failed fetch is a network error with a code; Octokit reports it as status 500 without a response. */
const withoutAnswer = (error: HttpError): boolean => error.response === undefined;

/**
 * Milliseconds to wait before the next attempt; undefined when the error is final.
 * @param attempt number of the attempt that failed, from 1
 * @param now milliseconds since 1970, for GitHub's x-ratelimit-reset
 */
export function retryDelayMs(error: unknown, attempt: number, now = Date.now()): number | undefined {
  const failure = error as HttpError;
  if (attempt >= ATTEMPTS) return undefined;
  if (isRateLimit(failure)) {
    const end = rateLimitEnd(failure, now);
    const wait = end === undefined ? 1_000 * attempt : Math.max(0, end - now) + 250;
    return wait <= LONGEST_WAIT_MS ? wait : undefined;
  }
  if (withoutAnswer(failure) || (failure.status ?? 0) >= 500) return 400 * 2 ** (attempt - 1);
  return undefined;
}

/**
 * Explains a GitHub error answer: what was seen, what was expected, what to do next.
 * @param now milliseconds since 1970
 */
export function explainGitHubError(
  error: unknown,
  action: string,
  { url, fullName }: Repository,
  now = Date.now(),
): GitHubError {
  const failure = error as HttpError;
  const said = failure.message ?? String(error);
  const head = `GitHub refused to ${action} (${fullName})`;
  const text = ((): string => {
    if (isRateLimit(failure)) {
      const end = rateLimitEnd(failure, now);
      const until = end === undefined ? "it is over" : new Date(end).toISOString();
      return `${head}: rate limit reached ("${said}"). Expected some requests left. Next: wait until ${until}, then the same command again`;
    }
    if (withoutAnswer(failure)) {
      return explainNoAnswer(url, "GitHub's REST API", "ghrunners:github.url", error);
    }
    if (refusedApp(failure)) {
      return (
        `${head}: ${failure.status}, "${said}", when the GitHub App asked for its token. Expected the App's appId and privateKey, ` +
        "and the installationId of its installation on the repository. " +
        "Next: compare them with the App's settings at GitHub, then pulumi config set --secret ghrunners:githubToken"
      );
    }
    if (failure.status === 401) {
      return `${head}: 401, the token is wrong, expired or revoked. Expected a valid one. Next: pulumi config set --secret ghrunners:githubToken`;
    }
    if (failure.status === 403 && /self-hosted runners are disabled/i.test(said)) {
      return `${head}: 403, "${said}". Expected an organization that allows runners of this repository. Next: an owner allows it in the organization's Settings, Actions, General, Self-hosted runners; then pulumi up`;
    }
    if (failure.status === 403) {
      const grant = /by integration/.test(said)
        ? "give the App that permission in its settings, and accept it for its installation"
        : "add that permission to the token";
      return `${head}: 403, "${said}". Expected a token with ${wantedPermissions(failure)}. Next: ${grant}, or pulumi config set --secret ghrunners:githubToken`;
    }
    if (failure.status === 404 && failure.request?.url?.includes("/orgs/")) {
      return `${head}: 404. Expected an organization as the owner, whose runners the token may see (Self-hosted runners). Next: check ghrunners:github.runnerGroup and the token's permissions`;
    }
    if (failure.status === 404) {
      return `${head}: 404. Expected an existing repository that the token may see (Administration, Actions). Next: check ghrunners:github.repository and the token's permissions`;
    }
    return `${head}: ${failure.status ?? "no status"}, "${said}". Expected success. Next: https://www.githubstatus.com, then pulumi up`;
  })();
  const allowedAt = isRateLimit(failure) ? (rateLimitEnd(failure, now) ?? now + UNNAMED_LIMIT_MS) : undefined;
  return new GitHubError(text, failure.status, allowedAt);
}
