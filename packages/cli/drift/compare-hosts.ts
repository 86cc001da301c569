/** Units and authorised keys of the hosts. Pure. */
import { RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import type { DriftExpectation, HostExpectation } from "./expectation";
import type { SeenHost } from "./observation";
import type { Repairs } from "./repair";
import type { Finding } from "./report";

/** The drop-in that the installation adds to the unit. */
const OWN_DROP_IN = "ghrunners.conf";

const shorten = (key: string): string => `${key.split(" ")[0] ?? ""} ...${key.slice(-12)}`;

function units(expected: HostExpectation, seen: SeenHost, repairs: Repairs): Finding[] {
  if (expected.unit === undefined || seen.unit === undefined) return [];
  const { name, configuration, machine } = expected.unit;
  const { unit } = seen;
  const about = { plane: "host" as const, subject: `${name} on ${expected.name}`, severity: "critical" as const };
  const found: Finding[] = [];
  const check = (id: string, wanted: string, now: string, repair: string): void => {
    if (wanted !== now) found.push({ ...about, id, expected: wanted, seen: now, repair });
  };
  const rebuild = repairs.replace(machine);
  check("unit-enabled", "enabled", unit.enabled, repairs.refresh);
  check("unit-active", "active", unit.active, repairs.refresh);
  check("unit-credentials", "there", unit.hasCredentials ? "there" : "not there", repairs.refresh);
  check("unit-user", RUNNER_USER, unit.user, rebuild);
  const foreign = unit.dropIns.filter((file) => !file.endsWith(`/${OWN_DROP_IN}`) && !file.startsWith("/usr/lib/"));
  check("unit-drop-in", "no other drop-in", foreign.sort().join(", ") || "no other drop-in", rebuild);
  check(
    "unit-writable",
    "program files that only root can change",
    unit.writable || "program files that only root can change",
    rebuild,
  );
  if (configuration !== undefined) check("unit-configuration", configuration, unit.configuration, rebuild);
  return found;
}

function keys(expected: HostExpectation, seen: SeenHost, repairs: Repairs): Finding[] {
  const about = { plane: "host" as const, subject: `authorized keys on ${expected.name}` };
  const missing = expected.keys
    .filter(({ key }) => !seen.keys.some((there) => there.key === key))
    .map(({ key, name }): Finding => ({
      ...about,
      id: "key-missing",
      expected: `${shorten(key)} (${name})`,
      seen: "not authorised",
      severity: "critical",
      repair: name === "sshPrivateKey" ? repairs.replace(expected.unit?.machine) : repairs.rotate(name),
    }));
  const { marked } = expected;
  const unknown = seen.keys
    .filter(({ key }) => !expected.keys.some((known) => known.key === key))
    // A deployment target also has keys of its owner; only keys with the mark belong to this stack.
    .filter(({ comment }) => marked === undefined || comment.startsWith(marked))
    .map(({ user, file, changedBy, key, comment }): Finding => ({
      ...about,
      id: "key-unknown",
      expected: "only the keys of this program",
      seen: `${shorten(key)} (${comment || "no comment"}) may log in as ${user}`,
      severity: "critical",
      repair: repairs.removeKey(expected, { file, changedBy }, key),
    }));
  return [...missing, ...unknown];
}

/** A host that could not be read is reported as an error, not as a finding. */
export function compareHosts({ hosts }: DriftExpectation, seen: readonly SeenHost[], repairs: Repairs): Finding[] {
  return hosts.flatMap((expected) => {
    const there = seen.find(({ name }) => name === expected.name);
    return there === undefined ? [] : [...units(expected, there, repairs), ...keys(expected, there, repairs)];
  });
}
