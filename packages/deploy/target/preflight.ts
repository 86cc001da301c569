/** Finds everything that would make the deployment fail, or its undo impossible, before any change. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, lstatSync, statfsSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import type { CheckResult } from "../protocol/request";
import { runChecks, verdict } from "./checks";
import { releaseFolder, rooted, type Context } from "./context";
import { problemAt } from "./path-before";
import { beforeOf, currentState, releaseState } from "./release";

export interface PreflightReport {
  /** Every problem at once. */
  readonly problems: readonly string[];
  readonly checks: readonly CheckResult[];
}

/** @param context with the installed version: an undo must restore its health */
export async function preflight(context: Context, artefact: "expected" | "not yet"): Promise<PreflightReport> {
  const { request, previous } = context;
  const problems: string[] = [];
  if (previous === request.version)
    problems.push(
      `version ${previous} is already installed, from another artefact or altered since; expected a new version number`,
    );
  problems.push(...pathProblems(context), ...forwardOnlyProblems(context), ...spaceProblems(context));
  if (artefact === "expected") problems.push(...(await artefactProblems(context)));
  const checks = previous === null ? [] : await runChecks(context, request.health);
  const unhealthy = verdict(checks);
  if (unhealthy !== undefined)
    problems.push(`the installed version ${previous} is not healthy, so an undo could not be proved: ${unhealthy}`);
  return { problems, checks };
}

/** Problems at the paths of the link, the release and the files, including what could not be restored. */
function pathProblems(context: Context): string[] {
  const { request, folders } = context;
  const current = currentState(context);
  const problems: string[] = [];
  if (current.kind === "foreign")
    problems.push(
      `${request.current} is ${current.seen}, and no deployment made it; expected a link into ${request.releases}, ` +
        `or nothing. Next: move the installed version into a folder there by hand, or move it away`,
    );
  if (current.kind === "version" && releaseState(releaseFolder(context, current.version)).kind === "none")
    problems.push(`${request.current} points to version ${current.version}, whose folder does not exist`);
  const folder = releaseFolder(context, request.version);
  const release = releaseState(folder);
  if (release.kind === "foreign")
    problems.push(`${folder} was not made by a deployment (${release.seen}). Next: move it away`);
  if (lstatSync(beforeOf(folder), { throwIfNoEntry: false }) !== undefined)
    problems.push(`${beforeOf(folder)} is left from an earlier deployment. Next: check it, and move it away`);
  const places = [request.current, ...request.steps.flatMap((step) => (step.kind === "file" ? [step.to] : []))];
  // The link was checked above.
  const files = current.kind === "foreign" ? places.slice(1) : places;
  return [...problems, ...files.flatMap((file) => problemAt(rooted(context, file), folders.captures) ?? [])];
}

function forwardOnlyProblems({ request, previous }: Context): string[] {
  if (previous === null) return [];
  return request.steps.flatMap((step) =>
    // A version that cannot be compared does not count as known to work.
    step.kind === "expand" && !(compareVersions(previous, step.oldestVersion) >= 0)
      ? `after "${step.name}" only version ${step.oldestVersion} or newer works, and ${previous} is installed: it could not ` +
        `be restored. Expected a version in between first`
      : [],
  );
}

function spaceProblems(context: Context): string[] {
  const { artefact, limits, releases } = context.request;
  let folder = rooted(context, releases);
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const needed = limits.freeMiB * 2 ** 20 + 3 * artefact.bytes;
  const free = bavail * bsize;
  const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return free >= needed ? [] : [`${releases} has ${mib(free)} free, expected at least ${mib(needed)}`];
}

async function artefactProblems({ folders, request }: Context): Promise<string[]> {
  if (lstatSync(folders.artefact, { throwIfNoEntry: false })?.isFile() !== true)
    return ["the artefact is not on the target; expected it to be sent before the run"];
  const hash = createHash("sha256");
  await pipeline(createReadStream(folders.artefact), hash);
  const seen = hash.digest("hex");
  const { sha256 } = request.artefact;
  return seen === sha256 ? [] : [`the artefact has SHA-256 ${seen}, expected ${sha256}`];
}
