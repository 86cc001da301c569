import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { poll } from "@ghrunners/core/until";

/** Runs the commands of a plan, and ensures that none is left after a crash. */
export interface Executor {
  /**
   * Runs a command to its end, or kills it with all its children when the signal fires or the limit is reached.
   * @param environment added to a minimal one
   */
  run(line: readonly string[], options: ExecutorOptions): Promise<ExecutionResult>;
  /** @throws Error if a process of an earlier command cannot be ended */
  sweep(): Promise<void>;
}

export interface ExecutorOptions {
  readonly limitMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ExecutionResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Exit code or signal and the last lines of its output, for people. */
  readonly detail: string;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const KEPT_OUTPUT = 64 * 1024;
/**
 * How long to read a command's output after its end, if a process outside its group keeps the output open,
 * milliseconds.
 */
const OUTPUT_GRACE_MS = 500;
const SYSTEMD_LIMIT_MS = 30_000;

/**
 * Where the beginning was cut off, the first word goes too: it may be half of a secret, which no pattern would match.
 */
const cutWhole = (kept: string): string => (kept.length < KEPT_OUTPUT ? kept : kept.replace(/^\S{1,4000}/, ""));

/** For a host with systemd: each command runs in a scope, whose control group is killed as a whole. */
export class ScopeExecutor implements Executor {
  private count = 0;

  async run(line: readonly string[], options: ExecutorOptions): Promise<ExecutionResult> {
    this.count += 1;
    const scope = `ghrunners-deploy-${process.pid}-${this.count}.scope`;
    const prefix = ["systemd-run", "--scope", "--quiet", "--collect", `--unit=${scope}`, "--"];
    return runToEnd(line, prefix, options, async () => endScopes(scope));
  }

  async sweep(): Promise<void> {
    endScopes("ghrunners-deploy-*.scope");
  }
}

/** @param pattern name of a scope or a glob over names */
function endScopes(pattern: string): void {
  const options = { encoding: "utf8", timeout: SYSTEMD_LIMIT_MS, killSignal: "SIGKILL" } as const;
  const systemctl = (...args: string[]): SpawnSyncReturns<string> => {
    const answered = spawnSync("systemctl", args, options);
    if (answered.error !== undefined)
      throw new Error(`systemctl ${args.join(" ")} gave no answer: ${answered.error.message}`);
    return answered;
  };
  const active = (): string => {
    const { status, stdout, stderr } = systemctl(
      "list-units",
      "--plain",
      "--no-legend",
      "--state=active,deactivating",
      pattern,
    );
    // An empty list without success is no answer: the processes may be running.
    if (status !== 0)
      throw new Error(`systemd does not list the scopes of steps: ${stderr.trim() || `exit code ${status}`}`);
    return stdout.trim();
  };
  if (active() === "") return;
  // They may end by themselves in between, which is no failure; the list afterwards decides.
  systemctl("kill", "--signal=KILL", pattern);
  systemctl("stop", pattern);
  const left = active();
  if (left !== "") throw new Error(`The processes of a step do not end: ${left}. Expected SIGKILL to end them.`);
}

/** For a host without systemd: a command and its children are found by a mark in their environment. */
export class MarkedExecutor implements Executor {
  private count = 0;

  /** @param mark unique for the target, such as its root folder */
  constructor(private readonly mark: string) {}

  async run(line: readonly string[], options: ExecutorOptions): Promise<ExecutionResult> {
    this.count += 1;
    const mark = `${this.mark}#${process.pid}.${this.count}`;
    const environment = { ...options.environment, [MARK]: mark };
    return runToEnd(line, [], { ...options, environment }, () => endMarked(`${mark}\0`));
  }

  async sweep(): Promise<void> {
    await endMarked(`${this.mark}#`);
  }
}

const MARK = "GHRUNNERS_DEPLOY_STEP";

async function endMarked(mark: string): Promise<void> {
  const killAll = (): number => {
    const left = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map(Number)
      .filter((pid) => environmentOf(pid).includes(`${MARK}=${mark}`));
    for (const pid of left) kill(pid);
    return left.length;
  };
  if ((await poll(killAll, (left) => left === 0, { limitMs: 10_000, pauseMs: 10 })) === 0) return;
  throw new Error("The processes of a step do not end. Expected SIGKILL to end them.");
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // It has ended in the meantime, or belongs to another user.
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}

const nothing = (): undefined => undefined;

async function runToEnd(
  line: readonly string[],
  prefix: readonly string[],
  { limitMs, environment, signal }: ExecutorOptions,
  endChildren: () => Promise<void>,
): Promise<ExecutionResult> {
  const [program = "", ...args] = [...prefix, ...line];
  const child = spawn(program, args, {
    // Pass nothing of the caller's environment: a secret in it would reach the commands.
    env: { PATH, LANG: "C.UTF-8", HOME: "/root", ...environment },
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout = (stdout + text).slice(-KEPT_OUTPUT)));
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: string | Buffer) => (output = (output + String(text)).slice(-KEPT_OUTPUT)));
  let cut: string | undefined;
  const stop = (why: string): void => {
    cut ??= why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => stop(`took longer than ${limitMs / 1000} s`), limitMs);
  const aborted = (): void => stop("was interrupted");
  signal?.addEventListener("abort", aborted);
  if (signal?.aborted) aborted();
  try {
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const ended = await new Promise<{ said: string; started: boolean }>((resolve) => {
      child.once("error", ({ message }) => resolve({ said: `cannot be started: ${message}`, started: false }));
      child.once("exit", (code, byName) =>
        resolve({ said: byName === null ? `exit code ${code}` : `ended by ${byName}`, started: true }),
      );
    });
    // Its children end with it. Do not wait for a process that left its control group and keeps its output open.
    const left = ended.started ? await endChildren().then(nothing, ({ message }: Error) => message) : undefined;
    if (ended.started) await Promise.race([closed, delay(OUTPUT_GRACE_MS, undefined, { ref: false })]);
    const ending = left ?? ended.said;
    const ok = cut === undefined && ending === "exit code 0";
    const said = cutWhole(output).trim().split("\n").slice(-5).join("\n");
    return {
      ok,
      stdout: cutWhole(stdout),
      detail: ok ? "" : `${line.join(" ")}: ${cut ?? ending}${said === "" ? "" : `: ${said}`}`,
    };
  } finally {
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
  }
}
