/**
 * GitHub's REST API as the services on the monitoring host use it: with ETags, within a budget, and silent while GitHub
 * wants silence.
 */
import { Octokit } from "@octokit/core";
import { pauseUntil, silenceLeft } from "./back-off";
import { httpsFetch } from "./https-fetch";
import { type Budget, levelOf, mayAsk, newBudget, refill, spend } from "./budget";

/** Owner and name, as Octokit wants them. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

const REQUEST_LIMIT_MS = 20_000;
/** Answers that are kept for their ETag; the oldest go first. */
const KEPT_ANSWERS = 500;
const PAGE = 100;

/** No request was made: the budget is used up, or GitHub asked for a pause. It says nothing about GitHub. */
export class NotAskedError extends Error {}

/** What GitHub last said about the limit of the token. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds since 1970. */
  readonly reset: number;
}

export interface ApiOptions {
  /** REST base address. */
  readonly baseUrl: string;
  readonly token: string;
  /** Share of the rate limit that may be used, 0 to 1. */
  readonly share: number;
  readonly now: () => number;
  /** Told the HTTP status of each answer, or `error`. */
  readonly onRequest: (status: string) => void;
  readonly fetch?: typeof fetch;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

type Parameters = Readonly<Record<string, string | number>>;

/** REST base address of a GitHub: github.com has a host of its own, an Enterprise Server a path. */
export function apiBase(url: string): string {
  const clean = url.replace(/\/+$/, "");
  return clean === "https://github.com" ? "https://api.github.com" : `${clean}/api/v3`;
}

export class GitHubApi {
  private readonly octokit: Octokit;
  private readonly answers = new Map<string, { etag: string; value: unknown }>();
  private budget: Budget;
  private silentUntil = 0;
  private isClosed = false;
  private readonly running = new Set<AbortController>();
  rateLimit: RateLimit | undefined;

  constructor(private readonly options: ApiOptions) {
    const quiet = (): void => undefined;
    this.octokit = new Octokit({
      auth: options.token,
      baseUrl: options.baseUrl,
      userAgent: "ghrunners-exporter",
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      request: { fetch: options.fetch ?? httpsFetch },
    });
    this.budget = newBudget(options.share, options.now() / 1000);
  }

  /**
   * One GET. An answer that has not changed is free and comes from memory.
   * @param project the part of the answer that is wanted; only that is kept
   * @param reserve share of the budget to be left for what matters more, 0 to 1
   * @throws NotAskedError, or Octokit's RequestError
   */
  async get<Raw, Value>(
    route: string,
    parameters: Parameters,
    project: (raw: Raw) => Value,
    reserve = 0,
  ): Promise<Value> {
    this.mayAsk(reserve);
    const key = JSON.stringify([route, parameters]);
    const known = this.answers.get(key);
    try {
      const headers = known === undefined ? {} : { "if-none-match": known.etag };
      const response = await this.request(`GET ${route}`, { ...parameters, headers });
      const value = project(response.data as Raw);
      this.keep(key, response.headers.etag, value);
      return value;
    } catch (error) {
      if ((error as { status?: number }).status === 304 && known !== undefined) return known.value as Value;
      throw error;
    }
  }

  /**
   * One write; the budget bounds it like any other request.
   * @param route method and path, such as `POST /repos/{owner}/{repo}/actions/variables`
   * @throws NotAskedError, or Octokit's RequestError
   */
  async send(route: string, parameters: Parameters): Promise<void> {
    this.mayAsk(0);
    await this.request(route, parameters);
  }

  private mayAsk(reserve: number): void {
    const nowMs = this.options.now();
    if (this.isClosed) throw new NotAskedError("The exporter ends.");
    const silence = silenceLeft(this.silentUntil, nowMs);
    if (silence > 0) throw new NotAskedError(`GitHub wants no request for ${silence} ms.`);
    this.budget = refill(this.budget, nowMs / 1000);
    if (!mayAsk(this.budget, reserve)) throw new NotAskedError("The share of the rate limit is used up.");
  }

  private async request(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<{ data: unknown; headers: { etag?: string } }> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), REQUEST_LIMIT_MS);
    this.running.add(stop);
    try {
      const response = await this.octokit.request(route, { ...parameters, request: { signal: stop.signal } });
      this.heard(response);
      return response as { data: unknown; headers: { etag?: string } };
    } catch (error) {
      const answer = (error as { response?: Answer }).response;
      if (answer === undefined) {
        this.options.onRequest("error");
        this.budget = spend(this.budget, 0);
        throw error;
      }
      this.heard(answer);
      const { message } = error as Error;
      this.silentUntil = Math.max(this.silentUntil, pauseUntil({ ...answer, message }, this.options.now()) ?? 0);
      throw error;
    } finally {
      clearTimeout(timer);
      this.running.delete(stop);
    }
  }

  /** Ends what runs; nothing is asked any more. */
  close(): void {
    this.isClosed = true;
    for (const stop of this.running) stop.abort();
  }

  /** All pages of a list. @param items the list in an answer, projected */
  async pages<Raw, Value>(
    route: string,
    parameters: Parameters,
    items: (raw: Raw) => Value[],
    reserve = 0,
  ): Promise<Value[]> {
    const all: Value[] = [];
    for (let page = 1; ; page += 1) {
      const found = await this.get(route, { ...parameters, per_page: PAGE, page }, items, reserve);
      all.push(...found);
      if (found.length < PAGE) return all;
    }
  }

  /** How full the budget is, 0 to 1. */
  get level(): number {
    return levelOf(refill(this.budget, this.options.now() / 1000));
  }

  private heard({ status, headers }: Answer): void {
    this.options.onRequest(String(status));
    const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => {
      const value = headers[`x-ratelimit-${name}`];
      return value === undefined ? undefined : Number(value);
    });
    if (limit !== undefined && remaining !== undefined && reset !== undefined) {
      this.rateLimit = { limit, remaining, reset };
      this.budget = refill(this.budget, this.options.now() / 1000, limit * this.options.share);
    }
    this.budget = spend(this.budget, status);
  }

  private keep(key: string, etag: string | undefined, value: unknown): void {
    this.answers.delete(key);
    if (etag === undefined) return;
    this.answers.set(key, { etag, value });
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= KEPT_ANSWERS) return;
      this.answers.delete(oldest);
    }
  }
}
