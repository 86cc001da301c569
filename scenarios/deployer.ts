import { spawn, type ChildProcess } from "node:child_process";
import type { DeploymentRecord } from "../deploy/records/record";
import type { WorkerOutput } from "../deploy/worker";
import { projectRoot } from "../ops/pulumi/stack";

/** A deployer that has come to its end by itself. */
export interface Deployed {
  readonly code: number;
  readonly result: WorkerOutput;
  /** Wall time of the whole command, seconds. */
  readonly seconds: number;
}

/** `npm run deploy` in a process group of its own, so that it can be ended as a power cut would end it. */
export class Deployer {
  private said = "";
  private stdout = "";
  private readonly child: ChildProcess;
  private readonly closed: Promise<number | null>;
  private readonly begun = performance.now();

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ["scripts/run.mjs", "deploy", ...args, "--json"], {
      cwd: projectRoot,
      env: { ...process.env, STACK: "lab", ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.closed = new Promise((resolve) => this.child.once("close", resolve));
  }

  /** What it printed for people so far. */
  get words(): string {
    return this.said;
  }

  /** Its result. @throws Error with its words when it has none, as after a lost connection */
  async ended(): Promise<Deployed> {
    const code = await this.closed;
    const seconds = (performance.now() - this.begun) / 1000;
    if (this.stdout === "") throw new Error(`The deployer ended without a result (exit code ${code}): ${this.said}`);
    return { code: code ?? 1, result: JSON.parse(this.stdout) as WorkerOutput, seconds };
  }

  /** Waits for its end, whatever it was; what it printed last is in {@link words}. */
  async gone(): Promise<void> {
    await this.closed;
  }

  signal(name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-(this.child.pid as number), name);
  }

  /** kill -9 of it and all that it started, as when its machine is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.closed;
  }
}

/** The record of a deployment that was begun. @throws Error with what came instead */
export function recordOf({ result }: Deployed): DeploymentRecord {
  if (result.kind === "over") return result.records.deployment;
  throw new Error(`Expected a deployment that was begun and ended. Seen: ${JSON.stringify(result)}`);
}
