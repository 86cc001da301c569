/** The one source of time; tests put their own in its place. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: ServerClock = { now: () => Date.now() };

/** RFC 3339 with second precision, as GitHub gives times. */
export const timestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
