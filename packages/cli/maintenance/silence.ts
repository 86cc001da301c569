/** The silence that belongs to a maintenance, in Alertmanager's API v2. Pure. */
import type { Maintenance } from "@ghrunners/failover/choice/maintenance";

/** Source: prometheus/alertmanager, api/v2/openapi.yaml. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** A silence to set. With an id, it replaces that silence. */
export interface NewSilence {
  readonly id?: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export interface Silence extends NewSilence {
  readonly id: string;
  readonly status: { readonly state: "expired" | "active" | "pending" };
}

/** Alerts that are never silenced: all runners being away at once is not a maintenance. */
const LOUD = ["BothRunnersOffline", "NoAuthorisedCapacity", "Watchdog"];

const MARK = "ghrunners maintenance: ";

const matchersOf = (environment: string, runner: string): Matcher[] => [
  { name: "alertname", value: LOUD.join("|"), isRegex: true, isEqual: false },
  { name: "environment", value: environment, isRegex: false, isEqual: true },
  { name: "runner", value: runner, isRegex: false, isEqual: true },
];

const key = (matchers: readonly Matcher[]): string =>
  matchers
    .map(({ name, value, isRegex, isEqual }) => JSON.stringify([name, value, isRegex, isEqual]))
    .sort()
    .join();

/** The silence of a runner's maintenance, if it is set. A silence of the same alerts that a user set does not count. */
export function silenceOf(silences: readonly Silence[], environment: string, runner: string): Silence | undefined {
  const wanted = key(matchersOf(environment, runner));
  return silences.find(
    ({ matchers, comment, status }) =>
      status.state !== "expired" && comment.startsWith(MARK) && key(matchers) === wanted,
  );
}

/**
 * The silence to set so that the runner's alerts are silent until the maintenance ends; undefined if they already are.
 */
export function silenceFor(
  silences: readonly Silence[],
  environment: string,
  { name, until, reason, by }: Maintenance,
  now: Date,
): NewSilence | undefined {
  const found = silenceOf(silences, environment, name);
  if (found !== undefined && Date.parse(found.endsAt) === Date.parse(until)) return undefined;
  return {
    ...(found === undefined ? {} : { id: found.id }),
    matchers: matchersOf(environment, name),
    startsAt: found?.startsAt ?? now.toISOString(),
    endsAt: until,
    createdBy: by,
    comment: MARK + reason,
  };
}

/** Whether a silence matches an alert with these labels, by Alertmanager's rules. */
export function silences(
  { matchers }: Pick<NewSilence, "matchers">,
  labels: Readonly<Record<string, string>>,
): boolean {
  return matchers.every(({ name, value, isRegex, isEqual }) => {
    const seen = labels[name] ?? "";
    return (isRegex ? new RegExp(`^(?:${value})$`).test(seen) : seen === value) === isEqual;
  });
}
