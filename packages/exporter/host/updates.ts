/**
 * Which package updates are pending on the host, and since when. Pure.
 */
import { type Sample, sample, sampleIfKnown } from "@ghrunners/metrics-server/samples";
import * as z from "zod";

/** A package that an upgrade would install now. */
export interface Update {
  readonly name: string;
  /** A version between the installed one and the newest is in a security suite. */
  readonly security: boolean;
}

/** What is known about updates; kept across restarts. */
const updateState = z.object({
  /** When the package lists were last refreshed, seconds since 1970. */
  refreshedAt: z.number(),
  /** Installed packages and package sources at that time; after a change, what is pending has to be read again. */
  installed: z.string(),
  sources: z.string(),
  /** `since`: when the update was first seen, seconds since 1970. */
  pending: z.array(z.object({ name: z.string(), security: z.boolean(), since: z.number() })),
});
export type UpdateState = z.output<typeof updateState>;

/** The exporter's file about updates; `rebootSince`: when it first saw that a restart is required. */
export const updateFile = z.object({ updates: updateState.optional(), rebootSince: z.number().optional() });
export type UpdateFile = z.output<typeof updateFile>;

/** Package lists that are older do not say what is pending, s. */
export const VALID_SECONDS = 24 * 60 * 60;

/**
 * Names of the packages that an upgrade would install.
 * @param text output of `apt-get --simulate upgrade` in the locale C
 * @example parseUpgrade("Inst bash [5.2-2] (5.2-3 Debian:12.15/oldstable [amd64])") // ["bash"]
 */
export const parseUpgrade = (text: string): string[] => [
  ...new Set([...text.matchAll(/^Inst (\S+) /gm)].map(([, name]) => name as string)),
];

/** `500 URI SUITE/COMPONENT ARCHITECTURE Packages`; Debian and Ubuntu name the suite of security updates X-security. */
const SECURITY_RELEASE = /^ +-?\d+ \S+ \S+-security\//;

/**
 * The updates, with the security updates marked. A newer version of another suite contains the security update too, as
 * after a point release of Debian: so every version above the installed one counts, not only the newest.
 * @param names packages with an update
 * @param text output of `apt-cache policy NAMES` in the locale C: versions from new to old, `***` at the installed one
 * @throws Error for a package that the text does not describe
 */
export function parsePolicy(names: readonly string[], text: string): Update[] {
  const secure = new Map<string, boolean>();
  let name: string | undefined;
  let isNewer = false;
  for (const line of text.split("\n")) {
    const heading = /^(\S+):$/.exec(line)?.[1];
    if (heading !== undefined) {
      name = heading;
      isNewer = true;
      secure.set(name, false);
    } else if (line.startsWith(" *** ")) isNewer = false;
    else if (name !== undefined && isNewer && SECURITY_RELEASE.test(line)) secure.set(name, true);
  }
  return names.map((one) => {
    const security = secure.get(one);
    if (security === undefined) throw new Error(`apt-cache policy says nothing about ${one}, which has an update.`);
    return { name: one, security };
  });
}

/** Updates with the time at which each was first seen; a time from the future was recorded by a wrong clock. */
export function pendingSince(
  updates: readonly Update[],
  before: UpdateState["pending"],
  now: number,
): UpdateState["pending"] {
  const known = new Map(before.map((one) => [one.name, one]));
  return updates.map((update) => {
    const earlier = known.get(update.name);
    // What becomes a security update is one from now on.
    const since = earlier === undefined || earlier.security !== update.security ? now : earlier.since;
    return { ...update, since: Math.min(since, now) };
  });
}

/**
 * @param state undefined if the updates were never read
 * @param reboot undefined if it is unknown whether a restart is required
 * @param installedAt when every update was last installed, seconds since 1970
 */
export function evaluateUpdates(
  state: UpdateState | undefined,
  reboot: { readonly required: boolean; readonly since: number | undefined } | undefined,
  installedAt: number | undefined,
  now: number,
): Sample[] {
  const isKnown = state !== undefined && now - state.refreshedAt <= VALID_SECONDS;
  const pending = (["security", "other"] as const).flatMap((kind) => {
    if (!isKnown) return [];
    const those = state.pending.filter(({ security }) => security === (kind === "security"));
    return [
      sample("runnerUpdatesPending", those.length, { kind }),
      ...(those.length === 0
        ? []
        : [sample("runnerUpdatesPendingSince", Math.min(...those.map(({ since }) => since)), { kind })]),
    ];
  });
  return [
    sample("runnerUpdatesKnown", Number(isKnown), {}),
    ...pending,
    ...sampleIfKnown("runnerUpdatesRefreshed", state?.refreshedAt, {}),
    ...sampleIfKnown("runnerUpdatesInstalled", installedAt, {}),
    ...sampleIfKnown("runnerRebootRequired", reboot?.required, {}),
    ...sampleIfKnown("runnerRebootRequiredSince", reboot?.since, {}),
  ];
}
