/**
 * The one Octokit of the project: every question to GitHub goes through it, whoever asks.
 *
 * From outside in: another try by `@octokit/plugin-retry`, answers that have not changed by ETag, a limit of time, and where
 * a service asks, its share of the rate limit (request-budget.ts). `@octokit/plugin-throttling` is not among them: it puts a
 * second between any two writes of a process and lets a request wait for as long as a rate limit lasts. A command should
 * rather say until when GitHub wants silence, and a service that must answer its next scrape should not wait at all.
 */
import { Octokit as Core } from "@octokit/core";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { retry } from "@octokit/plugin-retry";
import type { EndpointDefaults, OctokitResponse } from "@octokit/types";
import { ATTEMPTS, retryDelayMs } from "./errors";
import { apiBase } from "./repository";
import type { RequestBudget } from "./request-budget";

const REQUEST_LIMIT_MS = 20_000;
/** Answers that are kept for their ETag; the oldest go first. */
const KEPT_ANSWERS = 500;

declare module "@octokit/types" {
  interface RequestRequestOptions {
    /** The part of an answer that is wanted: only that is kept, and it stands in the answer's place. */
    project?: (answer: never) => unknown;
    /** Share of the budget that has to be left after this request, 0 to 1. */
    reserve?: number;
  }
}

/** What the plugins below have in common: Octokit's constructor gets it. */
export interface GitHubAccess {
  /** Web address as in {@link Repository}. */
  readonly url: string;
  readonly token: string;
  /** REST base address where it is told, as a workflow's GITHUB_API_URL; else it comes from `url`. */
  readonly baseUrl?: string;
  /** How long one request may take, milliseconds; 20,000 by default. */
  readonly limitMs?: number;
  /** False: what fails is not tried again. */
  readonly retries?: boolean;
  /** Bounds what is asked; absent: GitHub's own limit alone does. */
  readonly budget?: RequestBudget;
  readonly fetch?: typeof fetch;
}

type OctokitOptions = NonNullable<ConstructorParameters<typeof Core>[0]>;
type Answer = OctokitResponse<unknown>;
/** Each hook is called with the same options: what one wants to change for the next it changes in place. */
type Ask = (options: Required<EndpointDefaults>) => Promise<Answer> | Answer;

/** Names what may be tried again, and when; `@octokit/plugin-retry` does it. */
function retryPolicy(octokit: Core): void {
  octokit.hook.error("request", (error, { request }) => {
    const wait = retryDelayMs(error, ((request as { retryCount?: number }).retryCount ?? 0) + 1);
    const failed = (error as { request?: { request?: object } }).request;
    if (wait !== undefined && failed !== undefined)
      failed.request = { ...failed.request, retries: ATTEMPTS - 1, retryAfter: wait };
    throw error;
  });
}

/** Ends a request that takes too long. @returns `close`, which ends all that run */
function timeLimit(octokit: Core, options: OctokitOptions): { close: () => void } {
  const limitMs = (options.limitMs as number | undefined) ?? REQUEST_LIMIT_MS;
  const running = new Set<AbortController>();
  octokit.hook.wrap("request", async (ask, options) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limitMs);
    running.add(stop);
    try {
      options.request.signal = stop.signal;
      return await (ask as Ask)(options);
    } finally {
      clearTimeout(timer);
      running.delete(stop);
    }
  });
  return { close: () => running.forEach((stop) => stop.abort()) };
}

function withinBudget(octokit: Core, options: OctokitOptions): void {
  const budget = options.budget as RequestBudget | undefined;
  if (budget === undefined) return;
  octokit.hook.wrap("request", async (ask, options) => {
    budget.demand(options.request.reserve ?? 0);
    try {
      const answer = await (ask as Ask)(options);
      budget.heard(answer);
      return answer;
    } catch (error) {
      const { response, message } = error as { response?: Answer; message: string };
      if (response === undefined) budget.heardNothing();
      else budget.heard({ ...response, message });
      throw error;
    }
  });
}

/** An answer that has not changed costs nothing of the rate limit, and comes from memory. */
function conditional(octokit: Core): void {
  const kept = new Map<string, Answer>();
  octokit.hook.wrap("request", async (ask, options) => {
    if (options.method !== "GET") return (ask as Ask)(options);
    const { project } = options.request;
    const { url, headers } = octokit.request.endpoint.parse(options);
    const key = `${url} ${headers.accept}`;
    const known = kept.get(key);
    try {
      if (known !== undefined) options.headers["if-none-match"] = known.headers.etag;
      const answer = await (ask as Ask)(options);
      const data = project === undefined ? answer.data : project(answer.data as never);
      kept.delete(key);
      if (answer.headers.etag !== undefined) kept.set(key, { ...answer, data });
      for (const oldest of kept.keys()) if (kept.size > KEPT_ANSWERS) kept.delete(oldest);
      return { ...answer, data };
    } catch (error) {
      if ((error as { status?: number }).status === 304 && known !== undefined) return known;
      throw error;
    }
  });
}

/** What the policy above has not marked is final, whatever its status. */
const everyError = Array.from({ length: 200 }, (_, index) => 400 + index);

const Extended = Core.plugin(restEndpointMethods, withinBudget, timeLimit, conditional, retryPolicy, retry);

/** Octokit with its typed routes (`octokit.rest`). */
export type Octokit = InstanceType<typeof Extended>;

/** @param access.retries as a command wants it; a service goes on with its next look instead */
export function openOctokit({
  url,
  token,
  baseUrl = apiBase(url),
  fetch,
  retries = true,
  ...rest
}: GitHubAccess): Octokit {
  const quiet = (): void => undefined;
  return new Extended({
    ...rest,
    auth: token,
    baseUrl,
    userAgent: "ghrunners",
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    retry: { enabled: retries, retryAfterBaseValue: 1, doNotRetry: everyError },
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
}
