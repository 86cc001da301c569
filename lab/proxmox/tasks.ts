import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Events } from "./events";
import type { ClockAndRandom } from "./model";
import { printUpid, type Upid } from "./values";

/** A task that runs or ran. */
export interface ProxmoxTask extends Upid {
  readonly upid: string;
  readonly log: readonly string[];
  /** `OK`, or what went wrong; undefined while it runs. */
  readonly exitStatus?: string;
  /** Seconds since the epoch. */
  readonly endTime?: number;
}

/** Writes a line to the task's log. */
export type TaskLog = (line: string) => void;

/**
 * How long a call waits for its task before it answers: work that is done by the first poll costs a client no second.
 */
const graceMs = 900;

/**
 * Long-running work with a name (UPID), a log and an end. Kept in `tasks.jsonl`, one line for each beginning and end.
 */
export class Tasks {
  private readonly tasks = new Map<string, ProxmoxTask>();
  private counter = 0;

  /** Tasks of an earlier process that have no end: they died with it. */
  readonly interrupted: readonly ProxmoxTask[];

  constructor(
    private readonly file: string,
    private readonly node: string,
    private readonly environment: ClockAndRandom,
    private readonly events: Events,
    /** Seconds by which every task is slowed down (a fault of the lab). */
    private readonly delaySeconds: () => number,
  ) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    for (const line of text.split("\n").slice(0, -1)) {
      const task = parseRecord(line);
      if (task !== undefined) this.tasks.set(task.upid, task);
    }
    if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
    this.interrupted = [...this.tasks.values()].filter((task) => task.exitStatus === undefined);
    // Proxmox VE's message about a worker that ended without a status.
    for (const task of this.interrupted) this.finish(task, "unexpected status");
  }

  find(upid: string): ProxmoxTask | undefined {
    return this.tasks.get(upid);
  }

  /** The newest first. */
  all(): readonly ProxmoxTask[] {
    return [...this.tasks.values()].reverse();
  }

  /**
   * Starts work and gives its name. Waits a moment for its end.
   * @param work throws what the task's end says
   * @param node where it runs; default: the node whose API this is
   */
  async run(
    type: string,
    id: string,
    user: string,
    work: (log: TaskLog) => Promise<void>,
    node = this.node,
  ): Promise<string> {
    this.counter += 1;
    const startTime = Math.floor(this.environment.now() / 1000);
    const parts = { node, pid: process.pid, processStart: this.counter, startTime, type, id, user };
    const log: string[] = [];
    const task: ProxmoxTask = { ...parts, upid: printUpid(parts), log };
    this.record(task);
    const done = this.carryOut(task, (line) => void log.push(line), work);
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    return task.upid;
  }

  private async carryOut(task: ProxmoxTask, log: TaskLog, work: (log: TaskLog) => Promise<void>): Promise<void> {
    const seconds = this.delaySeconds();
    if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    try {
      await work(log);
      log("TASK OK");
      this.finish(task, "OK");
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log(`TASK ERROR: ${message}`);
      this.finish(task, message);
    }
  }

  private finish(task: ProxmoxTask, exitStatus: string): void {
    const ended = { ...task, exitStatus, endTime: Math.floor(this.environment.now() / 1000) };
    this.record(ended);
    if (exitStatus !== "OK") {
      this.events.add("task.failed", { task: task.type, id: task.id, user: task.user, exitStatus });
    }
  }

  private record(task: ProxmoxTask): void {
    appendFileSync(this.file, `${JSON.stringify(task)}\n`, { mode: 0o600 });
    this.tasks.set(task.upid, task);
  }
}

/** A kill in the middle of a write leaves half a line; its task then counts as not ended, or not begun. */
function parseRecord(line: string): ProxmoxTask | undefined {
  try {
    return JSON.parse(line) as ProxmoxTask;
  } catch {
    return undefined;
  }
}
