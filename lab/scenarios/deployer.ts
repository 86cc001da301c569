import { spawn, type ChildProcess } from "node:child_process";
import { exitCodeOf, type DeployerRequest, type DeployerOutcome } from "@ghrunners/deploy/deployer/carry-out";
import type { DeploymentRecord } from "@ghrunners/deploy/records/record";
import type { Instance } from "../instance";
import { nodeLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";

/** A deployer that has come to its end by itself. */
export interface DeployerExit {
  /** Exit code of `ghrunners deploy`. */
  readonly code: number;
  readonly result: DeployerOutcome;
  /** Wall time of the process, seconds. */
  readonly seconds: number;
}

/**
 * The process by which `ghrunners deploy --direct` reaches the target, in a process group of its own, so that it can be
 * ended as a power cut would end it.
 */
export class Deployer {
  private said = "";
  private stdout = "";
  private readonly child: ChildProcess;
  private readonly closed: Promise<number | null>;
  private readonly begun = performance.now();

  /** @param user who deploys; the record names the person */
  constructor(
    instance: Instance,
    private readonly order: Omit<DeployerRequest, "owner">,
    user: string,
  ) {
    this.child = spawn("nsenter", [`--net=${instance.netns}`, ...nodeLine("lab/scenarios/deployer.worker.ts")], {
      cwd: projectRoot,
      env: { ...process.env, GITHUB_ACTOR: user },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.child.stdin?.on("error", () => undefined).end(JSON.stringify(order));
    this.closed = new Promise((resolve) => this.child.once("close", resolve));
  }

  /** What it printed for people so far, and why it ended without a result. */
  get words(): string {
    return this.stdout.startsWith("{") ? this.said : this.said + this.stdout;
  }

  /** Its result. @throws Error with its words when it has none, as after a lost connection */
  async ended(): Promise<DeployerExit> {
    const ending = await this.closed;
    const seconds = (performance.now() - this.begun) / 1000;
    if (ending !== 0) throw new Error(`The deployer ended without a result (exit code ${ending}): ${this.words}`);
    const result = JSON.parse(this.stdout) as DeployerOutcome;
    return { code: exitCodeOf(result, this.order.action), result, seconds };
  }

  /** Waits for its end, whatever it was. */
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
export function recordOf({ result }: DeployerExit): DeploymentRecord {
  if (result.kind === "over") return result.records.deployment;
  throw new Error(`Expected a deployment that was begun and ended. Seen: ${JSON.stringify(result)}`);
}
