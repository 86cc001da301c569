/** Reads one fact with a time limit. An error becomes part of the result. */
import { PulumiError } from "../pulumi/explain";
import type { Fact } from "./facts";

const lateWords = (what: string, limitMs: number): string =>
  `${what} did not answer within ${limitMs / 1000} s. Next: ghrunners doctor --limit 60`;

/**
 * @param what subject of the sentence when the time is over, such as "Proxmox VE"
 * @example await within(5_000, "Prometheus", () => lookAtMonitoring(urls, environment))
 */
export async function within<T>(limitMs: number, what: string, work: () => Promise<T>): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(lateWords(what, limitMs))), limitMs);
  });
  try {
    return { value: await Promise.race([work(), late]) };
  } catch (error) {
    const { name, status } = error as Error & { status?: number };
    // A process or a request that was ended at the same limit says so in words of its own.
    const isLate = name === "AbortError" || name === "TimeoutError";
    const message = isLate ? lateWords(what, limitMs) : (error as Error).message;
    const lacks = error instanceof PulumiError ? error.lacks : undefined;
    return {
      error: message,
      ...(status === undefined ? {} : { status }),
      ...(lacks === undefined ? {} : { lacks }),
    };
  } finally {
    clearTimeout(timer);
  }
}
