/**
 * From facts to samples. Pure.
 */
import { type Sample, sample, sampleIfKnown } from "@ghrunners/metrics-server/samples";
import type { HostFacts } from "./facts";
import { isSudoUsable } from "./sudo";

/** Between the end of a poll and the next one there is a moment without a connection. */
const GAP_SECONDS = 15;

/**
 * Last evidence that GitHub talked to the listener, seconds since 1970: taken from the kernel, because any job can
 * write to the listener's log. Evidence from the future was recorded while the clock was ahead, and is ignored.
 */
export function lastCheckin({ connections, at: now }: HostFacts, before: number | undefined): number | undefined {
  const evidence = [connections?.lastReceived, before].filter((at): at is number => at !== undefined && at <= now);
  return evidence.length === 0 ? undefined : Math.max(...evidence);
}

/**
 * Whether the listener is connected; undefined if that is unknown.
 * @param checkin last evidence, seconds since 1970
 * @param silenceSeconds a longer silence counts as disconnected, even if a connection is open
 */
export function isConnected(
  facts: HostFacts,
  checkin: number | undefined,
  silenceSeconds: number,
): boolean | undefined {
  const { unit, processes, connections, at } = facts;
  if (unit?.active === false || processes?.listener === false) return false;
  if (processes === undefined || connections === undefined) return undefined;
  const silence = checkin === undefined ? Infinity : at - checkin;
  return silence <= (connections.established > 0 ? silenceSeconds : GAP_SECONDS);
}

/** @param checkin last evidence of contact, seconds since 1970 */
export function evaluateHost(
  facts: HostFacts,
  checkin: number | undefined,
  silenceSeconds: number,
  version: string,
): Sample[] {
  const { unit, processes, probe } = facts;
  const connected = isConnected(facts, checkin, silenceSeconds);
  const status = unit?.active === false || connected === false ? false : unit && connected;
  const busy = unit?.active === false ? false : processes?.worker;
  const free = status === false || busy === true ? 0 : status === true && busy === false ? 1 : undefined;
  return [
    ...sampleIfKnown("runnerStatus", status, {}),
    ...sampleIfKnown("runnerLastCheckin", checkin, {}),
    ...sampleIfKnown("runnerCapacity", free, {}),
    ...sampleIfKnown("runnerBusy", busy, {}),
    ...sampleIfKnown("runnerListenerConnected", connected, {}),
    ...sampleIfKnown("runnerServiceActive", unit?.active, {}),
    ...sampleIfKnown("runnerServiceStart", unit?.activeSince, {}),
    ...(facts.version === undefined ? [] : [sample("runnerVersion", 1, { version: facts.version })]),
    ...sampleIfKnown("runnerSshActive", facts.sshActive, {}),
    ...sampleIfKnown("runnerSudoUsable", isSudoUsable(facts.sudo, facts.at), {}),
    ...Object.entries(facts.jobFolders ?? {}).map(([folder, usable]) =>
      sample("runnerJobFolderUsable", Number(usable), { folder }),
    ),
    ...sampleIfKnown("runnerWorkFolder", facts.workFolderBytes, {}),
    ...sampleIfKnown("runnerGithubReachable", probe?.reachable, {}),
    ...sampleIfKnown("runnerClockOffset", probe?.clockOffset, {}),
    sample("runnerExporterCollection", facts.at, {}),
    sample("runnerExporterBuild", 1, { version }),
  ];
}
