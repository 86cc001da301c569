/** Virtual time: one queue of tasks, each of a process or of the simulation itself. Nothing really waits. */
import { AsyncLocalStorage } from "node:async_hooks";
import { RandomStream } from "./random";

/** What a task belongs to: tasks of a dead owner are dropped, tasks of a stopped one wait. */
export interface TaskOwner {
  readonly name: string;
  readonly state: "running" | "stopped" | "dead";
  /** Takes a task that came while it was stopped. */
  park(task: SimulatedTask): void;
  /** Its code threw an error that was not caught. */
  failed(error: unknown): void;
}

export interface SimulatedTask {
  at: number;
  readonly order: number;
  readonly owner: TaskOwner | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/** Whose code runs now: kept across awaits by Node itself. */
export const ownerNow = new AsyncLocalStorage<TaskOwner | undefined>();

/** How deep one process may be cut into while it is inside a call of the file system. */
const DEEPEST = 3;

export class EventLoop {
  /** True time since the beginning, ms. */
  now = 0;
  readonly trace: string[] = [];
  private readonly heap: SimulatedTask[] = [];
  private count = 0;
  private depth = 0;
  private readonly streams = new Map<string, RandomStream>();

  constructor(readonly seed: number) {}

  /** The same stream for the same name. */
  random(name: string): RandomStream {
    const known = this.streams.get(name) ?? new RandomStream(this.seed, name);
    this.streams.set(name, known);
    return known;
  }

  note(line: string): void {
    this.trace.push(`${(this.now / 1000).toFixed(3).padStart(9)} s  ${line}`);
  }

  /** @param owner default: whose code runs now */
  after(ms: number, run: () => void, owner: TaskOwner | undefined = ownerNow.getStore()): SimulatedTask {
    this.count += 1;
    const task: SimulatedTask = { at: this.now + Math.max(0, ms), order: this.count, owner, run, cancelled: false };
    this.push(task);
    return task;
  }

  /** Tasks of the simulation itself, of no process. */
  later(ms: number, run: () => void): SimulatedTask {
    this.count += 1;
    const task: SimulatedTask = {
      at: this.now + Math.max(0, ms),
      order: this.count,
      owner: undefined,
      run,
      cancelled: false,
    };
    this.push(task);
    return task;
  }

  /** Puts tasks back that waited for a stopped process. */
  resume(tasks: readonly SimulatedTask[]): void {
    for (const task of tasks) {
      task.at = Math.max(task.at, this.now);
      this.push(task);
    }
  }

  /** Runs until `isOver`, or until the time is over. @returns whether it was over in time */
  async run(untilMs: number, isOver: () => boolean): Promise<boolean> {
    while (!isOver()) {
      const task = this.pop();
      if (task === undefined) return isOver();
      if (task.at > untilMs) {
        this.push(task);
        this.now = untilMs;
        return false;
      }
      this.now = Math.max(this.now, task.at);
      this.execute(task);
      // Everything that follows from it without time: promises and streams.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return true;
  }

  /**
   * A call of the operating system takes time, and events that are due meanwhile happen inside of it. So the calls of
   * two processes can alternate.
   */
  takeTime(ms: number, caller: TaskOwner | undefined): void {
    this.now += ms;
    if (this.depth >= DEEPEST) return;
    this.depth += 1;
    try {
      for (let next = this.heap[0]; next !== undefined && next.at <= this.now; next = this.heap[0]) {
        if (next.owner === caller && caller !== undefined) return;
        this.pop();
        this.execute(next);
      }
    } finally {
      this.depth -= 1;
    }
  }

  private execute(task: SimulatedTask): void {
    if (task.cancelled || task.owner?.state === "dead") return;
    if (task.owner?.state === "stopped") task.owner.park(task);
    else {
      try {
        ownerNow.run(task.owner, task.run);
      } catch (error) {
        if (task.owner === undefined) throw error;
        task.owner.failed(error);
      }
    }
  }

  private before(one: SimulatedTask, other: SimulatedTask): boolean {
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  private push(task: SimulatedTask): void {
    const { heap } = this;
    let place = heap.push(task) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.before(heap[place] as SimulatedTask, heap[above] as SimulatedTask)) return;
      [heap[place], heap[above]] = [heap[above] as SimulatedTask, heap[place] as SimulatedTask];
      place = above;
    }
  }

  private pop(): SimulatedTask | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ;) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2])
        if (below < heap.length && this.before(heap[below] as SimulatedTask, heap[least] as SimulatedTask))
          least = below;
      if (least === place) return first;
      [heap[place], heap[least]] = [heap[least] as SimulatedTask, heap[place] as SimulatedTask];
      place = least;
    }
  }
}
