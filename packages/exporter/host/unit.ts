/**
 * The runner's unit as `systemctl show` prints it. Pure.
 */
import type { UnitFacts } from "./facts";

/** Properties to request. */
export const UNIT_PROPERTIES = ["LoadState", "ActiveState", "NRestarts", "ActiveEnterTimestamp", "ControlGroup"];

/**
 * @param text output of `systemctl show --timestamp=unix --property=...`
 * @throws Error if a property is missing: then nothing is known
 */
export function parseUnit(text: string): UnitFacts {
  const values = new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const at = line.indexOf("=");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
    }),
  );
  const state = values.get("ActiveState");
  const restarts = Number(values.get("NRestarts"));
  if (state === undefined || state === "" || !Number.isInteger(restarts)) {
    throw new Error(`systemctl show answered "${text.trim().slice(0, 200)}", expected ActiveState and NRestarts.`);
  }
  const active = state === "active" || state === "reloading";
  const since = /^@(\d+)$/.exec(values.get("ActiveEnterTimestamp") ?? "")?.[1];
  return {
    active,
    activeSince: active && since !== undefined ? Number(since) : undefined,
    restarts,
    controlGroup: values.get("ControlGroup") || undefined,
  };
}
