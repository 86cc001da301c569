/** A thread that runs seeds. One that ends says at which seed, and is replaced for the next request. */
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { RunResult } from "./run";
import type { SmallestFailure } from "./shrink";

/** What is kept of a run that went well: its seed gives the same trace again. */
export type SeedResult = Omit<RunResult, "trace">;
export type ThreadRequest =
  | { readonly kind: "run"; readonly without?: string; readonly from: number; readonly to: number }
  | { readonly kind: "shrink"; readonly without?: string; readonly seed: number };
export type ThreadAnswer =
  | { readonly kind: "ran"; readonly results: readonly SeedResult[] }
  | { readonly kind: "shrunk"; readonly failure: SmallestFailure };

/** What a thread shares with the pool: the seed that it is at. It is still there when the thread is not. */
export const sharedSeed = (memory: SharedArrayBuffer): Float64Array => new Float64Array(memory);

const WORKER = path.join(__dirname, "worker.ts");

interface Waiting {
  readonly without: string | undefined;
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class Thread {
  private readonly memory = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  private worker: Worker | undefined;
  private waiting: Waiting | undefined;
  /** Why it ended while it had nothing to do: the next request fails with this reason. */
  private failure: Error | undefined;

  /** @param program source file of the thread */
  constructor(private readonly program = WORKER) {
    this.start();
  }

  private start(): Worker {
    const worker = new Worker(this.program, { execArgv: ["--require", "tsx/cjs"], workerData: this.memory });
    let reason: string | undefined;
    worker.once("error", (error: Error) => (reason = error.message));
    worker.once("exit", (code) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      const { waiting } = this;
      const error = this.ended(reason ?? `exit code ${code}`, waiting?.without);
      if (waiting === undefined) this.failure = error;
      else waiting.reject(error);
    });
    worker.on("message", (answer: ThreadAnswer) => this.waiting?.resolve(answer));
    this.worker = worker;
    return worker;
  }

  private ended(reason: string, without: string | undefined): Error {
    const [seed] = sharedSeed(this.memory);
    const reverted = without === undefined ? "" : ` --without ${without}`;
    return new Error(
      `A thread of the simulation ended at seed ${seed}: ${reason}. Expected an answer for each seed. ` +
        `Next: npm run simulate -- --runs 1 --seed ${seed}${reverted}`,
    );
  }

  /** One request at a time. @throws Error with the seed at which the thread ended; the next request gets a new one */
  async ask(ask: ThreadRequest): Promise<ThreadAnswer> {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    if (this.waiting !== undefined) throw new Error("A thread of the simulation is still at an earlier request.");
    const worker = this.worker ?? this.start();
    try {
      return await new Promise((resolve, reject) => {
        this.waiting = { without: ask.without, resolve, reject };
        worker.postMessage(ask);
      });
    } finally {
      this.waiting = undefined;
    }
  }

  async end(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }
}
