/**
 * The operator's sudo, from how the unit ended that tries it: the exporter has no privilege, so it cannot try. Pure.
 */
import type { SudoFacts } from "./facts";

/** Properties to request. */
export const SUDO_PROPERTIES = ["ActiveState", "Result", "ExecMainStatus", "ExecMainExitTimestamp"];

/** A result that is older, five times as old as they become, says nothing about now, s. */
const LONGEST_AGE = 300;

/**
 * @param text what `systemctl show --timestamp=unix` shows of the unit that tries it
 * @returns undefined before the first try, and during one
 * @throws Error if a property is missing: then nothing is known
 */
export function parseSudo(text: string): SudoFacts | undefined {
  const [state, result, status, ended] = SUDO_PROPERTIES.map(
    (name) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1],
  );
  if (state === undefined || result === undefined || status === undefined || ended === undefined) {
    throw new Error(`systemctl show answered "${text.trim().slice(0, 200)}", expected ${SUDO_PROPERTIES.join(", ")}.`);
  }
  const at = /^@(\d+)$/.exec(ended)?.[1];
  // An empty time comes before the first end.
  if (state === "activating" || at === undefined) return undefined;
  return { at: Number(at), usable: result === "success" && status === "0" };
}

/** Whether the operator becomes root; undefined if that was not tried lately. @param now seconds since 1970 */
export function isSudoUsable(sudo: SudoFacts | undefined, now: number): boolean | undefined {
  return sudo === undefined || Math.abs(now - sudo.at) > LONGEST_AGE ? undefined : sudo.usable;
}
