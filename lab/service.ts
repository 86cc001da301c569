import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { adminRequest } from "./admin";
import type { Instance } from "./instance";
import { identityOf, lives } from "@ghrunners/core/process-identity";
import { poll } from "@ghrunners/core/until";
import { end, endGroup, readIdentity, removeRecord, writeIdentity } from "./processes";

/** A long-running process of the lab, described; nothing runs by describing it. */
export interface Service {
  /** Short name: its pid file, log and socket are named after it. */
  readonly name: string;
  /** Program and arguments, without secrets: they are visible to every user of the machine. */
  readonly command: readonly string[];
  /** Whether it runs in the node's network namespace (else in the host's). */
  readonly inNamespace: boolean;
  /** How it shows that it is ready. */
  readonly ready: "admin-socket" | "process";
  /** Variables beside those that every service has; no secrets. */
  readonly env?: NodeJS.ProcessEnv;
}

export const socketOf = (instance: Instance, service: string): string => path.join(instance.run, `${service}.sock`);
const pidFileOf = (instance: Instance, service: string): string => path.join(instance.run, `${service}.pid`);
export const logOf = (instance: Instance, service: string): string => path.join(instance.logs, `${service}.log`);

/** Environment of a long-lived process: only what it needs to run, so no secret of the caller stays in it. */
function scrubbedEnvironment(): NodeJS.ProcessEnv {
  const keep = ["PATH", "HOME", "LANG", "XDG_CACHE_HOME", "XDG_STATE_HOME", "TMPDIR", "GHRUNNERS_LAB"];
  return Object.fromEntries(
    keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

export function isRunning(instance: Instance, service: string): boolean {
  return readIdentity(pidFileOf(instance, service)) !== undefined;
}

async function answersHealth(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return false;
  try {
    return (await adminRequest(socket, "GET", "/_lab/health", undefined, 2_000)).status === 200;
  } catch {
    return false;
  }
}

/** How long a service may take to answer: seconds, and more on processors that other work keeps busy. */
const READY_MS = 90_000;

/**
 * Starts the service unless it runs and is ready.
 * @returns whether it was started now
 * @throws Error with the end of its log when it ends or is not ready in time
 */
export async function ensureService(instance: Instance, service: Service, projectRoot: string): Promise<boolean> {
  const socket = socketOf(instance, service.name);
  const pidFile = pidFileOf(instance, service.name);
  const running = readIdentity(pidFile);
  if (running !== undefined) {
    if (service.ready === "process" || (await answersHealth(socket))) return false;
    await end(running);
  }
  rmSync(socket, { force: true });
  const [program, ...args] = service.inNamespace
    ? ["nsenter", `--net=${instance.netns}`, ...service.command]
    : service.command;
  const log = openSync(logOf(instance, service.name), "a", 0o600);
  const child = spawn(program as string, args, {
    cwd: projectRoot,
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...scrubbedEnvironment(), ...service.env },
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  const pid = child.pid as number;
  writeIdentity(pidFile, pid);
  child.unref();
  await waitUntilReady(instance, service, pid);
  return true;
}

async function waitUntilReady(instance: Instance, service: Service, pid: number): Promise<void> {
  const identity = identityOf(pid);
  const look = async (): Promise<"ended" | "ready" | "starting"> => {
    if (identity === undefined || !lives(identity)) return "ended";
    if (service.ready === "process" || (await answersHealth(socketOf(instance, service.name)))) return "ready";
    return "starting";
  };
  const seen = await poll(look, (state) => state !== "starting", { limitMs: READY_MS, pauseMs: 25 });
  if (seen === "ready") return;
  if (identity !== undefined) await end(identity);
  const what = seen === "ended" ? "ended while it started" : `was not ready within ${READY_MS / 1000} s`;
  throw new Error(`${service.name} ${what}:\n${tail(logOf(instance, service.name))}`);
}

export async function stopService(instance: Instance, service: string): Promise<void> {
  const running = readIdentity(pidFileOf(instance, service));
  if (running !== undefined) await endGroup(running);
  removeRecord(pidFileOf(instance, service));
  rmSync(socketOf(instance, service), { force: true });
}

function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
}
