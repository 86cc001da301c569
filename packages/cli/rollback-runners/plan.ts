/** The settings to which the runners are rolled back. Pure. */
import { parseDocument } from "yaml";
import type { LastKnownGoodState, ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import type { StateResource } from "../drift/state-values";

/** One setting that differs from when the runners were last proved. */
export interface SettingChange {
  /** Path in the configuration, such as `agent.version`. */
  readonly setting: string;
  /** Null: it is not set. */
  readonly now: unknown;
  /** Null: it was not set. */
  readonly proven: unknown;
}

/** @returns undefined if no update of the stack has completed since the state records this */
export function lastKnownGood(resources: readonly StateResource[]): LastKnownGoodState | undefined {
  const found = resources.find(({ type }) => type.endsWith("ghrunners:LastKnownGood"));
  return found?.outputs?.provedAt === undefined ? undefined : (found.outputs as unknown as LastKnownGoodState);
}

/** Version of the runner program that the state keeps; undefined if the settings pin an archive. */
export function keptVersion(resources: readonly StateResource[]): string | undefined {
  const found = resources.find(({ type }) => type.endsWith("ghrunners:RunnerRelease"));
  return found?.outputs?.version as string | undefined;
}

/** The settings that differ, in the order of the configuration. */
export function changesTo(proven: ProvenSettings, now: ProvenSettings): SettingChange[] {
  return (Object.keys(now) as (keyof ProvenSettings)[]).flatMap((group) => {
    const [was, is] = [proven[group], now[group]] as Record<string, unknown>[];
    const names = [...new Set([...Object.keys(is ?? {}), ...Object.keys(was ?? {})])];
    return names.flatMap((name): SettingChange[] => {
      const change = { setting: `${group}.${name}`, now: is?.[name] ?? null, proven: was?.[name] ?? null };
      return JSON.stringify(change.now) === JSON.stringify(change.proven) ? [] : [change];
    });
  });
}

/** The configuration file's text with these settings restored; everything else, including comments, stays. */
export function withChanges(text: string, changes: readonly SettingChange[]): string {
  const document = parseDocument(text);
  for (const { setting, proven } of changes) {
    const [group = "", name = ""] = setting.split(".");
    const place = ["config", `ghrunners:${group}`, name];
    if (proven === null) document.deleteIn(place);
    else document.setIn(place, document.createNode(proven, { flow: Array.isArray(proven) }));
  }
  return document.toString({ lineWidth: 0 });
}

const shown = (value: unknown): string => (value === null ? "not set" : JSON.stringify(value));

export const describe = ({ setting, now, proven }: SettingChange): string =>
  `ghrunners:${setting}: ${shown(now)} -> ${shown(proven)}`;
