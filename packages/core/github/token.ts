/** What GitHub says about a token with each of its answers. Pure. */

export interface TokenSeen {
  /** When it ends, milliseconds since 1970; undefined if it does not end, or GitHub does not say. */
  readonly ends: number | undefined;
  /** GitHub's clock at its answer, milliseconds since 1970; undefined if it names none. */
  readonly clock: number | undefined;
}

/** Undefined if the text is no time. */
function time(text: string | undefined): number | undefined {
  // GitHub writes `2026-10-07 19:07:53 UTC`, and some tokens' ends with an offset: `2026-10-07 19:07:53 -0500`.
  const [, day, hour, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/.exec(text ?? "") ?? [];
  const at = Date.parse(day === undefined ? (text ?? "") : `${day}T${hour}${zone === "UTC" ? "Z" : zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * @param headers of an answer. Source: GitHub changelog of 2021-07-26, "Expiration options for personal access tokens"
 */
export const toTokenSeen = (headers: Readonly<Record<string, unknown>>): TokenSeen => ({
  ends: time(text(headers["github-authentication-token-expiration"])),
  clock: time(text(headers.date)),
});

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
