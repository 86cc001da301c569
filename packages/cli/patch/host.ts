/** The upgrade of one machine, over SSH. It runs there as a unit of its own: a broken connection does not end it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { randomUUID } from "node:crypto";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { runScript } from "@ghrunners/core/ssh/script";
import { withSession } from "@ghrunners/core/ssh/session";
import { poll } from "@ghrunners/core/until";
import { PATCHED_STAMP, UPDATES_FILE } from "@ghrunners/core/vocabulary/patch";
import { type HostUpdates, parseLook, progressOf } from "./plan";

const NAME = "patch.sh";
const LOOK_LIMIT_MS = 30_000;
/** Attempts to download and install begin for so long; a mirror that fails is tried again. */
const INSTALL_LIMIT_SECONDS = 1_800;
/** From the restart, or from a host that does not answer, to its next answer. */
const SILENCE_LIMIT_MS = 600_000;
/** The script ends the unit after twice the time for installing. */
const LIMIT_MS = 2 * INSTALL_LIMIT_SECONDS * 1000 + SILENCE_LIMIT_MS;

/** A machine, with the unit of its runner. */
export interface PatchHost {
  readonly host: HostAddress;
  readonly unit: string;
  readonly privateKey: string;
}

function onHost({ host, unit, privateKey }: PatchHost, verb: "look" | "start", run = ""): Promise<string> {
  const script = { name: NAME, text: readFileSync(path.join(__dirname, "scripts", NAME), "utf8") };
  const parameters = {
    RUN: run,
    RUNNER_UNIT: unit,
    EXPORTER_STATE: `/var/lib/ghrunners-runner-exporter/${UPDATES_FILE}`,
    STAMP: PATCHED_STAMP,
    LIMIT_SECONDS: String(INSTALL_LIMIT_SECONDS),
  };
  const work = (session: Parameters<Parameters<typeof withSession<string>>[2]>[0]): Promise<string> =>
    runScript(session, script, verb, parameters, LOOK_LIMIT_MS);
  return withSession(host, privateKey, work, LOOK_LIMIT_MS);
}

/** What the machine says about its updates and its last upgrade. Changes nothing. */
export const lookAt = async (machine: PatchHost): Promise<HostUpdates> =>
  parseLook(await onHost(machine, "look"), new Date());

/**
 * Installs every update, restarts the machine if that is required, and waits for the end. An upgrade that is under way
 * goes on instead of a new one.
 * @returns whether the machine was restarted
 * @throws Error with the end of apt's output, or with what was last seen of a machine that does not come back
 */
export async function upgrade(machine: PatchHost, say: (line: string) => void): Promise<boolean> {
  const before = await lookAt(machine);
  const isRunning = before.run?.state === "running";
  const id = isRunning ? (before.run?.id ?? "") : randomUUID();
  say(isRunning ? "an upgrade is under way: waiting for it" : "installing the updates");
  if (!isRunning) await onHost(machine, "start", id);
  return untilDone(machine, id, before.bootId, say);
}

async function untilDone(
  machine: PatchHost,
  id: string,
  bootBefore: string,
  say: (line: string) => void,
): Promise<boolean> {
  let answeredAt = performance.now();
  let said: string | undefined;
  let last: HostUpdates | undefined;
  let trouble = "";
  const look = async (): Promise<ReturnType<typeof progressOf> | "silent"> => {
    try {
      last = await lookAt(machine);
    } catch (error) {
      // It restarts; during that, logins are refused in several ways.
      trouble = (error as Error).message;
      return performance.now() - answeredAt > SILENCE_LIMIT_MS ? "silent" : "restarting";
    }
    answeredAt = performance.now();
    return progressOf(last, id, bootBefore);
  };
  const end = await poll(
    async () => {
      const progress = await look();
      if (progress === "restarting" && said !== progress) say("the machine restarts");
      said = progress;
      return progress;
    },
    (progress) => progress === "done" || progress === "failed" || progress === "silent",
    { limitMs: LIMIT_MS, pauseMs: 2_000, longestPauseMs: 10_000 },
  );
  if (end === "done") return last?.bootId !== bootBefore;
  if (end === "failed")
    throw new Error(
      `The updates were not installed within ${INSTALL_LIMIT_SECONDS / 60} min. The end of the output:\n${last?.words ?? ""}\n` +
        `Expected a package mirror in reach and packages that install. The runner's unit runs again.`,
    );
  throw new Error(
    `The machine has not come back: ${trouble || `it is ${end}`} Expected it to answer again after its restart.`,
  );
}
