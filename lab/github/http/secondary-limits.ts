import type { ServerClock } from "../clock";
import { GitHubApiError } from "./errors";
import type { Requester } from "./message";

const minuteMs = 60_000;

/**
 * What an account may do at once, in a minute and in an hour. GitHub names these figures and may have others that it does
 * not name. Source: GitHub, Rate limits for the REST API, "About secondary rate limits" and "Calculating points".
 */
export const secondaryLimits = {
  concurrent: 100,
  pointsAMinute: 900,
  contentAMinute: 80,
  contentAnHour: 500,
} as const;

/** One number for each limit. */
export type SecondaryUse = { readonly [Limit in keyof typeof secondaryLimits]: number };

/** What one account has done, and the most of it so far. */
export interface SecondaryReport {
  readonly highest: SecondaryUse;
  /** Requests that were refused. */
  readonly refused: number;
}

const readingMethods = ["GET", "HEAD", "OPTIONS"];
/** GitHub does not say which requests create content: every one that is not known not to. */
const creatingMethods = ["POST", "PUT", "PATCH"];

/** Reading costs one point, any other request five. */
const pointsOf = (method: string): number => (readingMethods.includes(method) ? 1 : 5);

/** Sum of what happened in the last stretch of time. */
class Window {
  private readonly entries: { readonly at: number; readonly amount: number }[] = [];
  private sum = 0;

  constructor(
    private readonly lengthMs: number,
    readonly limit: number,
  ) {}

  used(now: number): number {
    while (this.entries[0] !== undefined && this.entries[0].at + this.lengthMs <= now)
      this.sum -= this.entries.shift()?.amount ?? 0;
    return this.sum;
  }

  add(now: number, amount: number): void {
    if (amount === 0) return;
    this.entries.push({ at: now, amount });
    this.sum += amount;
  }

  /** Milliseconds until the amount fits; 0 if it does now. */
  waitFor(now: number, amount: number): number {
    let over = this.used(now) + amount - this.limit;
    if (over <= 0) return 0;
    const last = this.entries.find((entry) => (over -= entry.amount) <= 0);
    return last === undefined ? this.lengthMs : last.at + this.lengthMs - now;
  }
}

class Account {
  readonly points = new Window(minuteMs, secondaryLimits.pointsAMinute);
  readonly contentAMinute = new Window(minuteMs, secondaryLimits.contentAMinute);
  readonly contentAnHour = new Window(60 * minuteMs, secondaryLimits.contentAnHour);
  concurrent = 0;
  refused = 0;
  highest: SecondaryUse = { concurrent: 0, pointsAMinute: 0, contentAMinute: 0, contentAnHour: 0 };
}

/** GitHub's words for a secondary limit. @param seconds after which a request is allowed again */
export const secondaryRefusal = (status: 403 | 429, seconds: number): GitHubApiError =>
  new GitHubApiError(
    status,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    {
      documentation_url:
        "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    },
    { "retry-after": String(Math.max(1, Math.ceil(seconds))) },
  );

/**
 * GitHub's secondary limits, counted for each account with all its tokens; points over all endpoints together, which is
 * stricter than GitHub's "to a single endpoint". Counts are in memory.
 */
export class SecondaryLimits {
  private readonly accounts = new Map<string, Account>();

  /** @param refuses whether requests beyond a limit are refused; else they are only counted */
  constructor(
    private readonly clock: ServerClock,
    private readonly refuses: boolean,
  ) {}

  /**
   * Counts a request that begins.
   * @returns to be called when it has ended
   * @throws GitHubApiError 403 or 429 with `retry-after` when a limit is reached; such a request counts for nothing
   */
  begin(identity: Pick<Requester, "login"> | undefined, method: string): () => void {
    const account = this.account(identity?.login ?? "anonymous");
    const now = this.clock.now();
    const [points, content] = [pointsOf(method), creatingMethods.includes(method) ? 1 : 0];
    const { concurrent } = secondaryLimits;
    const waitMs = Math.max(
      account.points.waitFor(now, points),
      content === 0 ? 0 : account.contentAMinute.waitFor(now, content),
      content === 0 ? 0 : account.contentAnHour.waitFor(now, content),
    );
    const atOnce = account.concurrent >= concurrent;
    if (this.refuses && (atOnce || waitMs > 0)) {
      account.refused += 1;
      throw secondaryRefusal(atOnce ? 429 : 403, (atOnce ? minuteMs : waitMs) / 1000);
    }
    account.points.add(now, points);
    account.contentAMinute.add(now, content);
    account.contentAnHour.add(now, content);
    account.concurrent += 1;
    const { highest } = account;
    account.highest = {
      concurrent: Math.max(highest.concurrent, account.concurrent),
      pointsAMinute: Math.max(highest.pointsAMinute, account.points.used(now)),
      contentAMinute: Math.max(highest.contentAMinute, account.contentAMinute.used(now)),
      contentAnHour: Math.max(highest.contentAnHour, account.contentAnHour.used(now)),
    };
    return () => void (account.concurrent -= 1);
  }

  /** By account. */
  report(): Readonly<Record<string, SecondaryReport>> {
    return Object.fromEntries(
      [...this.accounts].map(([login, { highest, refused }]) => [login, { highest, refused }] as const),
    );
  }

  private account(login: string): Account {
    const known = this.accounts.get(login) ?? new Account();
    this.accounts.set(login, known);
    return known;
  }
}
