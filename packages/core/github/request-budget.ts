/**
 * The share of GitHub's rate limit that a service on the monitoring host may use. It also keeps the pauses that GitHub
 * asks for. It never waits: a request that may not be made now fails at once, and the service asks again at its next
 * poll.
 */
import { pauseUntil, silenceLeft } from "./back-off";
import { type Budget, levelOf, mayAsk, newBudget, refill, spend } from "./budget";

/**
 * No request was made, because the budget is used up or GitHub asked for a pause. It says nothing about GitHub's state.
 */
export class NotAskedError extends Error {}

/** GitHub's last report on the token's limit. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds since 1970. */
  readonly reset: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** GitHub's message, if it refused. */
  readonly message?: string;
}

export interface BudgetOptions {
  /** Share of the rate limit that may be used, 0 to 1. */
  readonly share: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with the HTTP status of each answer, or `error`. */
  readonly onRequest?: (status: string) => void;
}

export class RequestBudget {
  private budget: Budget;
  private silentUntil = 0;
  private isClosed = false;
  rateLimit: RateLimit | undefined;

  constructor(private readonly options: BudgetOptions) {
    this.budget = newBudget(options.share, options.now() / 1000);
  }

  /** Called before each request. */
  demand(reserve: number): void {
    const nowMs = this.options.now();
    if (this.isClosed) throw new NotAskedError("The service is shutting down.");
    const silence = silenceLeft(this.silentUntil, nowMs);
    if (silence > 0) throw new NotAskedError(`GitHub asked for a pause; ${silence} ms are left.`);
    this.budget = refill(this.budget, nowMs / 1000);
    if (!mayAsk(this.budget, reserve)) throw new NotAskedError("The service's share of the rate limit is used up.");
  }

  /** Called with each answer. */
  heard({ status, headers, message }: Answer): void {
    this.options.onRequest?.(String(status));
    const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => {
      const value = headers[`x-ratelimit-${name}`];
      return value === undefined ? undefined : Number(value);
    });
    if (limit !== undefined && remaining !== undefined && reset !== undefined) {
      this.rateLimit = { limit, remaining, reset };
      this.budget = refill(this.budget, this.options.now() / 1000, limit * this.options.share);
    }
    this.budget = spend(this.budget, status);
    if (message === undefined) return;
    this.silentUntil = Math.max(this.silentUntil, pauseUntil({ status, headers, message }, this.options.now()) ?? 0);
  }

  /** Called for a request that got no answer. */
  heardNothing(): void {
    this.options.onRequest?.("error");
    this.budget = spend(this.budget, 0);
  }

  /** Refuses every request from now on. */
  close(): void {
    this.isClosed = true;
  }

  /** How full the budget is, 0 to 1. */
  get level(): number {
    return levelOf(refill(this.budget, this.options.now() / 1000));
  }
}
