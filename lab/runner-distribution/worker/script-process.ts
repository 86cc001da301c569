import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import readline from "node:readline";

export interface Script {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  /** Aborted when the script is to end. */
  readonly signal: AbortSignal;
}

/** GitHub's runner interrupts, asks to end after 7.5 s and kills 2.5 s later. */
const terminateAfterMs = 7_500;
const killAfterMs = 10_000;

/**
 * Runs a script in a process group of its own.
 * @returns its exit code; a signal counts as 128 and its number would, simply as 130
 */
export function runScript({ command, cwd, env, onLine, signal }: Script): Promise<number> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const timers: NodeJS.Timeout[] = [];
    const send = (name: NodeJS.Signals) => signalGroup(child.pid, name);
    const abort = (): void => {
      send("SIGINT");
      timers.push(
        setTimeout(() => send("SIGTERM"), terminateAfterMs),
        setTimeout(() => send("SIGKILL"), killAfterMs),
      );
    };
    for (const stream of [child.stdout, child.stderr]) readline.createInterface({ input: stream }).on("line", onLine);
    child.once("error", reject);
    child.once("exit", (code, killedBy) => {
      signal.removeEventListener("abort", abort);
      for (const timer of timers) clearTimeout(timer);
      // A background process may hold the pipes open; GitHub's runner does not wait for it either.
      const settle = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, 1_000);
      child.once("close", () => {
        clearTimeout(settle);
        resolve(code ?? (killedBy === null ? 1 : 130));
      });
    });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // The group is gone.
  }
}

/**
 * Ends processes that a job left behind: those with this variable in their environment.
 * @returns names and ids of what was ended; nothing where there is no /proc
 */
export function endOrphans(variable: string, value: string): string[] {
  const wanted = `${variable}=${value}`;
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        if (!readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(wanted)) return [];
        const name = readFileSync(`/proc/${entry}/comm`, "utf8").trim();
        process.kill(Number(entry), "SIGKILL");
        return [`Terminate orphan process: pid (${entry}) (${name})`];
      } catch {
        // It ended by itself, or belongs to another user.
        return [];
      }
    });
}
