/**
 * The only Octokit of the project: every request to GitHub goes through it.
 *
 * From the outside in: retries by `@octokit/plugin-retry`, a cache by ETag for unchanged answers, a time limit and, for
 * a service, its share of the rate limit (request-budget.ts). `@octokit/plugin-throttling` is not used: it puts a
 * second between any two writes of a process and makes a request wait for as long as a rate limit lasts, in silence. A
 * command should instead report until when GitHub wants no requests, and a service that must answer its next scrape
 * should not wait at all.
 */
import { Octokit as Core } from "@octokit/core";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { retry } from "@octokit/plugin-retry";
import type { EndpointDefaults, OctokitResponse } from "@octokit/types";
import { note } from "../terminal";
import { appIn } from "./credential";
import { asksForToken, ATTEMPTS, isRateLimit, notMissing, retryDelayMs } from "./errors";
import { limitNotice } from "./limit-notice";
import { apiBase } from "./repository";
import { NotAskedError, type RequestBudget } from "./request-budget";

const REQUEST_LIMIT_MS = 20_000;
/** Number of answers kept for their ETag; the oldest are dropped first. */
const KEPT_ANSWERS = 500;

declare module "@octokit/types" {
  interface RequestRequestOptions {
    /** Picks the wanted part of an answer: only that is kept, and it replaces the answer's data. */
    project?: (answer: never) => unknown;
    /** Share of the budget that must be left after this request, 0 to 1. */
    reserve?: number;
  }
}

/** Options of Octokit's constructor that the plugins below share. */
export interface GitHubAccess {
  /** Web address as in {@link Repository}. */
  readonly url: string;
  /** A token, or a GitHub App as JSON (credential.ts). */
  readonly token: string;
  /** REST base address, such as a workflow's GITHUB_API_URL; default: derived from `url`. */
  readonly baseUrl?: string;
  /** Time limit of one request, milliseconds; default 20,000. */
  readonly limitMs?: number;
  /** False: failed requests are not retried. */
  readonly retries?: boolean;
  /** Says one line before a short rate limit is waited for; default: on standard error. */
  readonly say?: (line: string) => void;
  /** Limits the requests; default: only GitHub's own limit applies. */
  readonly budget?: RequestBudget;
  readonly fetch?: typeof fetch;
}

type OctokitOptions = NonNullable<ConstructorParameters<typeof Core>[0]>;
type Answer = OctokitResponse<unknown>;
/** Every hook gets the same options object: a change meant for the next hook is made in place. */
type SendRequest = (options: Required<EndpointDefaults>) => Promise<Answer> | Answer;

/**
 * Whether a request failed because an App got no token for it. The request for the token went through the same hooks:
 * it was retried, and counted.
 */
const lacksToken = (error: unknown, { url }: { readonly url: string }): boolean =>
  asksForToken((error as { request?: { url?: string } }).request?.url) && !asksForToken(url);

/** Decides what may be retried, and when; `@octokit/plugin-retry` carries it out, if it is enabled. */
function retryPolicy(octokit: Core, options: OctokitOptions): void {
  const say = options.say as GitHubAccess["say"];
  octokit.hook.error("request", (refusal, options) => {
    const error = notMissing(refusal);
    const { request } = options;
    const wait = retryDelayMs(error, ((request as { retryCount?: number }).retryCount ?? 0) + 1);
    const failed = (error as { request?: { request?: object } }).request;
    if (failed !== undefined && lacksToken(error, options)) {
      failed.request = { ...failed.request, retries: 0 };
    } else if (wait !== undefined && failed !== undefined) {
      failed.request = { ...failed.request, retries: ATTEMPTS - 1, retryAfter: wait };
      if (isRateLimit(error as object)) say?.(limitNotice(Date.now() + wait, Date.now()));
    }
    throw error;
  });
}

/** Aborts a request that takes too long. @returns `close`, which aborts all requests under way */
function timeLimit(octokit: Core, options: OctokitOptions): { close: () => void } {
  const limitMs = (options.limitMs as number | undefined) ?? REQUEST_LIMIT_MS;
  const running = new Set<AbortController>();
  octokit.hook.wrap("request", async (ask, options) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limitMs);
    running.add(stop);
    try {
      options.request.signal = stop.signal;
      return await (ask as SendRequest)(options);
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
      const answer = await (ask as SendRequest)(options);
      budget.heard(answer);
      return answer;
    } catch (error) {
      if (error instanceof NotAskedError || lacksToken(error, options)) throw error;
      const { response, message } = error as { response?: Answer; message: string };
      if (response === undefined) budget.heardNothing();
      else budget.heard({ ...response, message });
      throw error;
    }
  });
}

/** An unchanged answer costs nothing of the rate limit and is taken from memory. */
function conditional(octokit: Core): void {
  const kept = new Map<string, Answer>();
  octokit.hook.wrap("request", async (ask, options) => {
    if (options.method !== "GET") return (ask as SendRequest)(options);
    const { project } = options.request;
    const { url, headers } = octokit.request.endpoint.parse(options);
    const key = `${url} ${headers.accept}`;
    const known = kept.get(key);
    try {
      if (known !== undefined) options.headers["if-none-match"] = known.headers.etag;
      const answer = await (ask as SendRequest)(options);
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

/** An error that the policy above has not marked is final, whatever its status. */
const everyError = Array.from({ length: 200 }, (_, index) => 400 + index);

const Extended = Core.plugin(restEndpointMethods, withinBudget, timeLimit, conditional, retryPolicy, retry);

/** Octokit with its typed routes (`octokit.rest`). */
export type Octokit = InstanceType<typeof Extended>;

/**
 * A token is sent as it is. An App's tokens are requested when they are needed and kept until shortly before they end.
 */
function authentication(credential: string): Pick<OctokitOptions, "auth" | "authStrategy"> {
  const app = appIn(credential);
  if (app === undefined) return { auth: credential };
  // Loaded only where there is an App: most processes have a token, and the workflows' scripts leave this package out.
  const { createAppAuth } = require("@octokit/auth-app") as typeof import("@octokit/auth-app");
  return { auth: app, authStrategy: createAppAuth };
}

/** @param access.retries default true, as commands need; a service passes false and waits for its next poll instead */
export function openOctokit({
  url,
  token,
  baseUrl = apiBase(url),
  fetch,
  retries = true,
  say = note,
  ...rest
}: GitHubAccess): Octokit {
  const quiet = (): void => undefined;
  return new Extended({
    ...rest,
    ...authentication(token),
    baseUrl,
    userAgent: "ghrunners",
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    say: retries ? say : undefined,
    retry: { enabled: retries, retryAfterBaseValue: 1, doNotRetry: everyError },
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
}
