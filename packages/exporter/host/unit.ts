/**
 * The units of the host as `systemctl show` prints them. Pure.
 */
import type { UnitFacts } from "./facts";

/** Properties to request. */
export const UNIT_PROPERTIES = [
  "LoadState",
  "ActiveState",
  "NRestarts",
  "ActiveEnterTimestamp",
  "ControlGroup",
  "User",
];

/** The SSH server's units: Debian starts the service, Ubuntu from 24.04 on the socket. */
export const SSH_UNITS = ["ssh.service", "ssh.socket"];

/** What is shown of each unit. */
export interface ShownUnits {
  readonly runner: string;
  readonly sudo: string;
  /** Of {@link SSH_UNITS}. */
  readonly ssh: readonly string[];
}

/**
 * @param text output of `systemctl show` for the runner's unit, the one that tries sudo, and {@link SSH_UNITS}
 * @throws Error if a unit is missing: then nothing is known
 */
export function splitShown(text: string): ShownUnits {
  const [runner, sudo, ...ssh] = text.trim().split("\n\n");
  if (runner === undefined || sudo === undefined || ssh.length !== SSH_UNITS.length) {
    const expected = 2 + SSH_UNITS.length;
    throw new Error(`systemctl show answered "${text.trim().slice(0, 200)}", expected ${expected} units.`);
  }
  return { runner, sudo, ssh };
}

/**
 * @param shown what is shown of {@link SSH_UNITS}
 * @throws Error if a state is missing: then nothing is known
 */
export function parseSshActive(shown: readonly string[]): boolean {
  const states = shown.map((text) => /^ActiveState=(\S+)$/m.exec(text)?.[1]);
  if (states.includes(undefined)) {
    throw new Error(`systemctl show answered "${shown.join(" ").slice(0, 200)}", expected ActiveState of each unit.`);
  }
  return states.some((state) => state === "active" || state === "reloading");
}

/**
 * @param text what `systemctl show --timestamp=unix` shows of the runner's unit
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
    // systemd shows nothing for its default, and nothing for a unit that is not there yet.
    user: values.get("LoadState") === "loaded" ? values.get("User") || "root" : undefined,
  };
}
