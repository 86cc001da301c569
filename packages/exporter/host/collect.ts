/**
 * Reads the host: systemd, /proc, ss, the runner's folder. Each function throws if it cannot read its fact.
 */
import { execFile } from "node:child_process";
import { lstat, opendir, readFile, readlink, stat } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { promisify } from "node:util";
import { OPERATOR_SUDO_UNIT } from "@ghrunners/core/vocabulary/runner";
import { parseConnections } from "./connections";
import type { ConnectionFacts, JobUser, ProbeFacts, ProcessFacts } from "./facts";
import { canUse, parseJobUser } from "./job-folders";
import { judgeProcesses, type Process, stateOf } from "./processes";
import { SUDO_PROPERTIES } from "./sudo";
import { type ShownUnits, splitShown, SSH_UNITS, UNIT_PROPERTIES } from "./unit";

const run = promisify(execFile);
const COMMAND_LIMIT_MS = 3_000;
const PROBE_LIMIT_MS = 10_000;
const CGROUPS = "/sys/fs/cgroup";

const seconds = (): number => Date.now() / 1000;

async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { timeout: COMMAND_LIMIT_MS, maxBuffer: 2 ** 20 });
  return stdout;
}

/**
 * What systemd says of every unit that counts, in one call: the processes that are started every few seconds are most of
 * what this program costs its host.
 */
export async function readUnits(unit: string): Promise<ShownUnits> {
  const properties = `--property=${[...new Set([...UNIT_PROPERTIES, ...SUDO_PROPERTIES])].join(",")}`;
  const units = [unit, OPERATOR_SUDO_UNIT, ...SSH_UNITS];
  return splitShown(await output("systemctl", "show", "--timestamp=unix", properties, "--", ...units));
}

export async function readJobUser(name: string): Promise<JobUser> {
  return parseJobUser(await output("id", "--", name));
}

/** By name, whether the user of jobs can use a folder. One that does not exist cannot be used: only root can make it. */
export async function readJobFolders(
  runnerHome: string,
  names: readonly string[],
  user: JobUser,
): Promise<Record<string, boolean>> {
  const usable = names.map(async (name): Promise<[string, boolean]> => {
    try {
      return [name, canUse(await stat(path.join(runnerHome, name)), user)];
    } catch (error) {
      if (!["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      return [name, false];
    }
  });
  return Object.fromEntries(await Promise.all(usable));
}

/** @param controlGroup undefined if nothing of the unit runs */
export async function readProcesses(controlGroup: string | undefined): Promise<ProcessFacts> {
  if (controlGroup === undefined) return judgeProcesses([]);
  const ids = await readFile(path.join(CGROUPS, controlGroup, "cgroup.procs"), "utf8");
  const processes = await Promise.all(
    ids
      .split("\n")
      .filter((id) => id !== "")
      .map((id) => lookAtProcess(id)),
  );
  return judgeProcesses(processes.filter((process) => process !== undefined));
}

/** Undefined for a process that has ended in the meantime. */
async function lookAtProcess(id: string): Promise<Process | undefined> {
  try {
    const [line, status] = await Promise.all([
      readFile(`/proc/${id}/cmdline`, "utf8"),
      readFile(`/proc/${id}/stat`, "utf8"),
    ]);
    return { argv: line.split("\0"), state: stateOf(status) };
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** @param runnerHome the owner of its log folder is the user whose connections count */
export async function readConnections(runnerHome: string, githubUrl: string): Promise<ConnectionFacts> {
  const { uid } = await stat(path.join(runnerHome, "_diag"));
  const port = new URL(githubUrl).port || "443";
  const options = ["--no-header", "--oneline", "--tcp", "--numeric", "--extended", "--info"];
  const text = await output("ss", ...options, "state", "established", "dport", "=", `:${port}`);
  return parseConnections(text, uid, seconds());
}

/** Installations and GitHub's own updates make `bin` a link to `bin.VERSION`. */
export async function readRunnerVersion(runnerHome: string): Promise<string> {
  const target = path.basename(await readlink(path.join(runnerHome, "bin")));
  const version = /^bin\.(\d+\.\d+\.\d+)$/.exec(target)?.[1];
  if (version === undefined) throw new Error(`${runnerHome}/bin leads to ${target}, expected bin.VERSION.`);
  return version;
}

const WALK_ENTRIES = 100_000;
const WALK_LIMIT_MS = 20_000;

/**
 * Disk space of a folder, bytes.
 * @throws Error if it is too large to walk in time, or a part of it is not readable
 */
export async function readDiskUse(folder: string): Promise<number> {
  const deadline = Date.now() + WALK_LIMIT_MS;
  const waiting = [folder];
  let bytes = 0;
  let entries = 0;
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    try {
      for await (const entry of await opendir(current)) {
        entries += 1;
        if (entries > WALK_ENTRIES || Date.now() > deadline) throw new Error(`${folder} is too large to be walked.`);
        const file = path.join(current, entry.name);
        if (entry.isDirectory()) waiting.push(file);
        else if (entry.isFile()) bytes += (await lstat(file)).blocks * 512;
      }
    } catch (error) {
      // A job may remove files during the walk; before the first job there is no folder.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return bytes;
}

/** Requests GitHub's front page; any answer counts. */
export function probeGitHub(githubUrl: string): Promise<ProbeFacts> {
  return new Promise((resolve) => {
    const before = seconds();
    const request = https.request(githubUrl, { method: "HEAD", agent: false, timeout: PROBE_LIMIT_MS }, (response) => {
      response.resume();
      const theirs = Date.parse(response.headers.date ?? "") / 1000;
      // GitHub's time has no fraction; the middle of the request and half a second are the best estimate.
      const ours = (before + seconds()) / 2;
      resolve({ reachable: true, clockOffset: Number.isNaN(theirs) ? undefined : ours - (theirs + 0.5) });
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", () => resolve({ reachable: false, clockOffset: undefined }));
    request.end();
  });
}
