/**
 * What each kind of step captures, does and undoes. Every undo may run on a step that was not begun, half done or
 * wholly done, and more than once.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import type { Step, Then } from "../protocol/request";
import { fill, fillAll, releaseFolder, rooted, type Context } from "./context";
import type { StepCapture } from "./journal";
import { syncFolder, writeDurably } from "./store";

/** Names the artefact that a folder of releases was unpacked from. */
const RELEASE_FILE = ".ghrunners-release.json";

export interface Release {
  readonly version: string;
  readonly sha256: string;
}

/** What a release folder says of itself, or undefined when it is none of ours. */
export function releaseAt(folder: string): Release | undefined {
  const file = path.join(folder, RELEASE_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Release) : undefined;
}

function linkTarget(file: string): string | null {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(file) : null;
}

/** The version that counts on this target: where `current` points. */
export function currentVersion(context: Pick<Context, "folders" | "request">): string | null {
  const link = linkTarget(path.join(context.folders.root, context.request.current));
  return link === null ? null : path.basename(link);
}

/** @throws Error when something cannot be captured */
export async function capture(context: Context, step: Step): Promise<StepCapture> {
  switch (step.kind) {
    case "unpack": {
      const found = releaseAt(releaseFolder(context, context.request.version));
      return { existed: found?.sha256 === context.request.artefact.sha256 };
    }
    case "activate":
      return { link: linkTarget(rooted(context, context.request.current)) };
    case "file":
      return { file: captureFile(context, step.name, rooted(context, step.to)) };
    case "units":
      return {
        active: await unitsThatAre("active", context, step.units),
        enabled: await unitsThatAre("enabled", context, step.units),
      };
    case "command":
    case "expand":
      return {};
  }
}

/** @throws Error with what was seen when the step fails */
export async function perform(context: Context, step: Step, captured: StepCapture): Promise<void> {
  switch (step.kind) {
    case "unpack":
      if (captured.existed !== true) await unpack(context, step);
      return;
    case "activate":
      pointLink(rooted(context, context.request.current), relativeRelease(context));
      return then(context, step, step.then);
    case "file": {
      const from = path.join(releaseFolder(context, context.request.version), step.from);
      writeDurably(rooted(context, step.to), readFileSync(from), parseInt(step.mode, 8));
      chmodSync(rooted(context, step.to), parseInt(step.mode, 8));
      return then(context, step, step.then);
    }
    case "units":
      // A unit that does not run needs no stop, and may not exist yet.
      if (step.action === "stop") return systemctl(context, step, "stop", captured.active ?? []);
      // What a deployment starts is there after the next boot as well.
      await systemctl(context, step, "enable", step.units);
      return systemctl(context, step, "start", step.units);
    case "command":
    case "expand":
      return run(context, step, fillAll(context, step.run));
  }
}

/** @throws Error with what was seen when the undo fails */
export async function undo(context: Context, step: Step, captured: StepCapture): Promise<void> {
  switch (step.kind) {
    case "unpack": {
      const folder = releaseFolder(context, context.request.version);
      rmSync(`${folder}.new`, { recursive: true, force: true });
      if (captured.existed !== true) rmSync(folder, { recursive: true, force: true });
      return;
    }
    case "activate": {
      const link = rooted(context, context.request.current);
      if (captured.link === null || captured.link === undefined) rmSync(link, { force: true });
      else pointLink(link, captured.link);
      return then(context, step, step.then);
    }
    case "file":
      restoreFile(rooted(context, step.to), captured.file ?? null);
      return then(context, step, step.then);
    case "units":
      // Not a start: after a power cut the boot may have started them from what was there in the middle.
      if (step.action === "stop") return systemctl(context, step, "restart", captured.active ?? []);
      // The undo of a start is a stop: what runs there is the new version.
      await systemctl(context, step, "stop", await unitsThatAre("active", context, step.units));
      return systemctl(context, step, "disable", await newlyEnabled(context, step.units, captured));
    case "command":
      return run(context, step, fillAll(context, step.undo));
    case "expand":
      throw new Error(`${step.name} is forward-only and has no undo. Expected that the protocol leaves it alone.`);
  }
}

async function unpack(context: Context, step: Step): Promise<void> {
  const { version, artefact } = context.request;
  const folder = releaseFolder(context, version);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await run(context, step, ["tar", "-xzf", context.folders.artefact, "-C", fresh, "--no-same-owner"]);
  writeDurably(path.join(fresh, RELEASE_FILE), JSON.stringify({ version, sha256: artefact.sha256 }), 0o644);
  // A folder of that name is not from this artefact (else this step has nothing to do), and not in use (preflight).
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  await run(context, step, ["sync", "--file-system", folder]);
}

/** Relative, so that it means the same wherever the file tree is mounted. */
function relativeRelease({ request }: Context): string {
  return path.relative(path.dirname(request.current), path.join(request.releases, request.version));
}

/** Atomically: there is no moment without the link. */
function pointLink(link: string, target: string): void {
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(`${link}.new`, { force: true });
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
  syncFolder(path.dirname(link));
}

function captureFile(context: Context, name: string, file: string): string | null {
  if (!existsSync(file)) return null;
  const copy = path.join(context.folders.captures, name.replace(/[^A-Za-z0-9._-]/g, "_"));
  writeDurably(copy, readFileSync(file));
  chmodSync(copy, statSync(file).mode & 0o7777);
  return copy;
}

function restoreFile(file: string, copy: string | null): void {
  rmSync(`${file}.new`, { force: true });
  if (copy === null) {
    rmSync(file, { force: true });
    return;
  }
  copyFileSync(copy, `${file}.new`);
  chmodSync(`${file}.new`, statSync(copy).mode & 0o7777);
  renameSync(`${file}.new`, file);
  syncFolder(path.dirname(file));
}

async function unitsThatAre(
  state: "active" | "enabled",
  { executor }: Context,
  units: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const unit of units) {
    const ended = await executor.run(["systemctl", `is-${state}`, unit], { limitMs: 30_000, environment: {} });
    if (ended.stdout.trim() === state) found.push(unit);
  }
  return found;
}

async function newlyEnabled(context: Context, units: readonly string[], before: StepCapture): Promise<string[]> {
  const enabled = await unitsThatAre("enabled", context, units);
  return enabled.filter((unit) => before.enabled?.includes(unit) !== true);
}

async function systemctl(context: Context, step: Step, verb: string, units: readonly string[]): Promise<void> {
  if (units.length > 0) await run(context, step, ["systemctl", verb, ...units]);
}

async function then(context: Context, step: Step, { daemonReload, reload, restart }: Then): Promise<void> {
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
