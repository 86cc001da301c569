/**
 * In the place of `@octokit/plugin-retry`, which waits on Node's own timers: the same answer to what a failed request
 * is marked with, on virtual time. Source: that plugin, wrap-request.
 */
import type { Octokit } from "@octokit/core";

interface FailedRequest {
  readonly request?: { readonly request?: { readonly retries?: number; readonly retryAfter?: number } };
}

interface Options {
  readonly retry?: { readonly enabled?: boolean; readonly retryAfterBaseValue?: number };
}

/** @param wait milliseconds of virtual time */
export const retryWith =
  (wait: (ms: number) => Promise<unknown>) =>
  (octokit: Octokit, { retry = {} }: Options): void => {
    const { enabled = true, retryAfterBaseValue = 1_000 } = retry;
    if (!enabled) return;
    octokit.hook.wrap("request", async (ask, options) => {
      for (let count = 0; ; count += 1) {
        try {
          return await ask(options);
        } catch (error) {
          const { retries = 0, retryAfter = 0 } = (error as FailedRequest).request?.request ?? {};
          Object.assign(options.request, { retryCount: count + 1 });
          if (retries <= count) throw error;
          await wait(retryAfter * retryAfterBaseValue);
        }
      }
    });
  };
