import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until the probe returns something other than undefined, null or false.
 * @param what the condition, for the message when it is not met
 * @param limitMs longest time to wait, in milliseconds
 * @param probe polled; an error it throws counts as "not yet" and appears in the message
 * @throws Error naming `what`, the limit and the last thing seen
 * @example await until("the runner is online", 10_000, async () => (await runner()).status === "online");
 */
export async function until<T>(what: string, limitMs: number, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`Waited ${limitMs} ms, but this did not happen: ${what}; last seen: ${seen}`);
    }
    await delay(50);
  }
}
