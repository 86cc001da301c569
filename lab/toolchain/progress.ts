/** How often a long step says that it still runs, in milliseconds. */
const REMINDER_MS = 30_000;

/** "42 s" or "3 min 05 s". */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Says what begins, that it still runs, and how long it took. */
export async function withElapsedTime<T>(
  what: string,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  say(what);
  const reminder = setInterval(() => say(`${what}: ${elapsed(Date.now() - began)} so far`), REMINDER_MS);
  try {
    const result = await work();
    say(`${what}: done in ${elapsed(Date.now() - began)}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
