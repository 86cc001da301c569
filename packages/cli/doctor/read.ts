/** Reads one fact with a time limit. An error becomes part of the result. */
import type { GitHubError } from "@ghrunners/core/github/errors";
import { SudoRefusedError } from "@ghrunners/core/ssh/script";
import { withTimeLimit } from "@ghrunners/core/time-limit";
import { PulumiError } from "../pulumi/explain";
import type { Fact } from "./facts";

const lateWords = (what: string, limitMs: number): string =>
  `${what} did not answer within ${Number((limitMs / 1000).toFixed(2))} s. Next: ghrunners doctor --limit 60`;

/**
 * @param what subject of the sentence when the time is over, such as "Proxmox VE"
 * @example await within(5_000, "Prometheus", () => lookAtMonitoring(urls, environment))
 */
export async function within<T>(limitMs: number, what: string, work: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { value: await withTimeLimit(work(), limitMs, () => new Error(lateWords(what, limitMs))) };
  } catch (error) {
    const { name, status, allowedAt } = error as Error & Partial<Pick<GitHubError, "status" | "allowedAt">>;
    // A process or a request that was ended at the same limit says so in words of its own.
    const isLate = name === "AbortError" || name === "TimeoutError";
    const message = isLate ? lateWords(what, limitMs) : (error as Error).message;
    const lacks = error instanceof PulumiError ? error.lacks : undefined;
    return {
      error: message,
      // A limit of GitHub's comes as 403 too, and refuses nothing for good.
      ...(status === undefined || allowedAt !== undefined ? {} : { status }),
      ...(error instanceof SudoRefusedError ? { bySudo: true as const } : {}),
      ...(lacks === undefined ? {} : { lacks }),
    };
  }
}
