/**
 * What each kind of step captures, does and undoes. Every undo works for a step that was not started, partly done or
 * fully done, and can be repeated.
 */
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Step, UnitActions } from "../protocol/request";
import { fill, fillAll, releaseFolder, rooted, type Context } from "./context";
import type { StepCapture } from "./journal";
import { refusePointers } from "./lfs-pointers";
import { capturePath, missingAbove, removeFolders, restorePath } from "./path-before";
import { pointLink, putRelease, relativeRelease, releaseState, takeReleaseBack } from "./release";

/** @param index index of the step @throws Error if something cannot be captured */
export async function capture(context: Context, step: Step, index: number): Promise<StepCapture> {
  switch (step.kind) {
    case "unpack": {
      const folder = releaseFolder(context, context.request.version);
      const found = releaseState(folder);
      const same = found.kind === "whole" && found.release.sha256 === context.request.artefact.sha256;
      return { release: found.kind === "none" ? "none" : same ? "same" : "other", made: missingAbove(folder) };
    }
    case "activate":
      return { path: capturePath(context.folders.captures, index, rooted(context, context.request.current)) };
    case "file":
      return { path: capturePath(context.folders.captures, index, rooted(context, step.to)) };
    case "units": {
      const states = await unitStates(context, step.units);
      return { active: unitsThatRun(states), enabled: unitsAtBoot(states) };
    }
    case "command":
    case "expand":
      return {};
  }
}

/** @throws Error with what was seen if the step fails */
export async function perform(context: Context, step: Step, captured: StepCapture): Promise<void> {
  switch (step.kind) {
    case "unpack":
      if (captured.release !== "same") await unpack(context, step);
      return;
    case "activate":
      pointLink(rooted(context, context.request.current), relativeRelease(context));
      return finishStep(context, step, step.then);
    case "file":
      writeWhole(rooted(context, step.to), contentOf(context, step.from), { mode: parseInt(step.mode, 8) });
      return finishStep(context, step, step.then);
    case "units":
      // A unit that does not run needs no stop, and may not exist yet.
      if (step.action === "stop") return systemctl(context, step, "stop", captured.active ?? []);
      // What a deployment starts must also start at the next boot.
      await systemctl(context, step, "enable", step.units);
      return systemctl(context, step, "start", step.units);
    case "command":
    case "expand":
      return run(context, step, fillAll(context, step.run));
  }
}

/** @throws Error with what was seen if the undo fails */
export async function undo(context: Context, step: Step, captured: StepCapture): Promise<void> {
  switch (step.kind) {
    case "unpack":
      takeReleaseBack(context, captured.release ?? "same");
      return removeFolders(captured.made ?? []);
    case "activate":
      if (captured.path !== undefined) restorePath(rooted(context, context.request.current), captured.path);
      return finishStep(context, step, step.then);
    case "file":
      if (captured.path !== undefined) restorePath(rooted(context, step.to), captured.path);
      return finishStep(context, step, step.then);
    case "units": {
      // Restart instead of start: after a power cut the boot may have started them from an intermediate state.
      if (step.action === "stop") return systemctl(context, step, "restart", captured.active ?? []);
      // The undo of a start is a stop, because the new version is running.
      const states = await unitStates(context, step.units);
      await systemctl(context, step, "stop", unitsThatRun(states));
      const newly = unitsAtBoot(states).filter((unit) => captured.enabled?.includes(unit) !== true);
      return systemctl(context, step, "disable", newly);
    }
    case "command":
      return run(context, step, fillAll(context, step.undo));
    case "expand":
      throw new Error(`${step.name} is forward-only and has no undo. Expected the protocol to skip it.`);
  }
}

async function unpack(context: Context, step: Step): Promise<void> {
  // Everything in a release belongs to root, and no file has setuid or setgid bits.
  const rules = ["--no-same-owner", "--no-same-permissions"];
  await putRelease(context, async (fresh) => {
    await run(context, step, ["tar", "-xzf", context.folders.artefact, "-C", fresh, ...rules]);
    refusePointers(fresh);
  });
  await run(context, step, ["sync", "--file-system", releaseFolder(context, context.request.version)]);
}

/** A file of the release. @throws Error if it is not one, or a link leads out of the release */
function contentOf(context: Context, from: string): Buffer {
  const release = realpathSync(releaseFolder(context, context.request.version));
  const file = realpathSync(path.join(release, from));
  if (!file.startsWith(`${release}/`)) throw new Error(`${from} leads out of the release, to ${file}`);
  if (!lstatSync(file).isFile()) throw new Error(`${from} is not a file of the release`);
  return readFileSync(file);
}

interface UnitState {
  readonly unit: string;
  /** Such as active, inactive, failed. */
  readonly runs: string;
  /** Such as enabled, disabled, static; empty for a unit without a file. */
  readonly atBoot: string;
}

/** @throws Error if systemd does not answer for each unit */
async function unitStates({ executor }: Context, units: readonly string[]): Promise<UnitState[]> {
  const line = ["systemctl", "show", "--property=ActiveState,UnitFileState", "--", ...units];
  const ended = await executor.run(line, { limitMs: 30_000, environment: {} });
  // One block of NAME=VALUE lines per unit, in the order of the request.
  const states = ended.stdout
    .trim()
    .split(/\n{2,}/)
    .map((block) => Object.fromEntries(block.split("\n").map((text) => text.split("=", 2))) as Record<string, string>);
  const answered = ended.ok && states.length === units.length && states.every(({ ActiveState }) => ActiveState);
  if (!answered)
    throw new Error(`systemd does not report the state of ${units.join(", ")}: ${ended.detail || ended.stdout}`);
  return units.map((unit, index) => {
    const { ActiveState = "", UnitFileState = "" } = states[index] ?? {};
    return { unit, runs: ActiveState, atBoot: UnitFileState };
  });
}

/** Units that run or are about to run: they must run again afterwards. */
const unitsThatRun = (states: readonly UnitState[]): string[] =>
  states
    .filter(({ runs }) => ["active", "activating", "reloading", "refreshing"].includes(runs))
    .map(({ unit }) => unit);

const unitsAtBoot = (states: readonly UnitState[]): string[] =>
  states.filter(({ atBoot }) => atBoot === "enabled").map(({ unit }) => unit);

async function systemctl(context: Context, step: Step, verb: string, units: readonly string[]): Promise<void> {
  if (units.length > 0) await run(context, step, ["systemctl", verb, ...units]);
}

async function finishStep(context: Context, step: Step, { daemonReload, reload, restart }: UnitActions): Promise<void> {
  if (daemonReload) await run(context, step, ["systemctl", "daemon-reload"]);
  await systemctl(context, step, "reload", reload);
  await systemctl(context, step, "restart", restart);
}

async function run(context: Context, step: Step, line: readonly string[]): Promise<void> {
  const environment = {
    GHRUNNERS_VERSION: fill(context, "{version}"),
    GHRUNNERS_RELEASE: fill(context, "{release}"),
    GHRUNNERS_PREVIOUS: fill(context, "{previous}"),
  };
  const options = { limitMs: step.limitSeconds * 1000, environment, signal: context.signal };
  const ended = await context.executor.run(line, options);
  if (!ended.ok) throw new Error(ended.detail);
}
