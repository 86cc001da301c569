/** Whether the demo application is wholly of one version, and nothing of a deployment is left. Pure. */
import { versions } from "../demo-app/build";
import { BROKEN, BROKEN_FROM } from "./artefacts";

/** What look.sh printed, by name. */
export type TargetState = Readonly<Record<string, string>>;

export function parseTargetState(text: string): TargetState {
  return Object.fromEntries(
    text.split("\n").map((line) => {
      const [name = "", ...rest] = line.split("\t");
      return [name, rest.join("\t").trim()];
    }),
  );
}

export interface ExpectedTarget {
  readonly version: string;
  /** Numbers that the newest migration may have. */
  readonly schema: readonly number[];
  readonly releases: readonly string[];
}

const PAGES = ["/", "/login", "/dashboard", "/orders", "/settings", "/about"];
const UNITS = 5;

/** @returns what does not fit, each with what was seen and what was expected; empty when it is whole */
export function misfits(seen: TargetState, { version, schema, releases }: ExpectedTarget): string[] {
  const expected: Record<string, string | readonly string[]> = {
    link: `releases/${version}`,
    api: `{"version": "${version}"}`,
    ...Object.fromEntries(PAGES.map((page) => [`page ${page}`, `data-version="${version}"`])),
    "unit files": "same same",
    "proxy site": "same",
    schema: schema.map(String),
    releases: [...releases].sort().join(" "),
    units: Array.from({ length: UNITS }, () => "active").join(" "),
    "at boot": "enabled enabled",
    state: "journal.json",
    temporary: "",
    scopes: "",
    "failed units": "",
    guard: "inactive",
    lock: "free",
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const allowed = typeof value === "string" ? [value] : value;
    const found = seen[name] ?? "(nothing)";
    return allowed.includes(found) ? [] : [`${name}: seen "${found}", expected "${allowed.join('" or "')}"`];
  });
}

/** The newest migration that a version brings. */
export const schemaOf = (version: string): number => versions[version === BROKEN ? BROKEN_FROM : version]?.schema ?? 0;

/** What the exposition of the target says, by series as written. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** @returns what the metrics of a target at rest say otherwise */
export function wrongMetrics(metrics: ReadonlyMap<string, number>, version: string): string[] {
  const expected: Record<string, number | undefined> = {
    deployment_in_progress: 0,
    deployment_partial_state: 0,
    deployment_lock_timestamp_seconds: undefined,
    deployment_start_timestamp_seconds: undefined,
    [`deployment_version_info{version="${version}"}`]: 1,
  };
  return Object.entries(expected).flatMap(([series, value]) =>
    metrics.get(series) === value ? [] : [`${series} is ${metrics.get(series)}, expected ${value ?? "none"}`],
  );
}
