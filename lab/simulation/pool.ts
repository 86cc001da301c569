/** Runs many seeds on several threads. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { RunResult } from "./run";
import type { SmallestFailure } from "./shrink";

/** What is kept of a run that went well: its trace can be had again by its seed. */
export type SeedResult = Omit<RunResult, "trace">;
export type ThreadRequest =
  | { readonly kind: "run"; readonly without?: string; readonly from: number; readonly to: number }
  | { readonly kind: "shrink"; readonly without?: string; readonly seed: number };
export type ThreadAnswer =
  | { readonly kind: "ran"; readonly results: readonly SeedResult[] }
  | { readonly kind: "shrunk"; readonly failure: SmallestFailure };

export interface Seeds {
  readonly first: number;
  readonly runs: number;
}

export interface SeedOptions {
  /** Name of a fix to revert. */
  readonly without?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, failed: number) => void;
  /** Ends at the first failure. */
  readonly untilFailure?: boolean;
}

/** Runs that a thread takes at a time. */
const PIECE = 20;
/** Failures that are made small and shown; the rest is counted. */
const SHOWN = 5;

class Thread {
  private readonly worker = new Worker(path.join(__dirname, "worker.ts"), { execArgv: ["--require", "tsx/cjs"] });

  private failure: Error | undefined;

  constructor() {
    this.worker.on("error", (error: Error) => (this.failure = error));
  }

  /** @throws Error that ended the thread, now or at an earlier request */
  ask(ask: ThreadRequest): Promise<ThreadAnswer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.worker.once("error", reject);
      this.worker.once("message", (answer: ThreadAnswer) => {
        this.worker.removeListener("error", reject);
        resolve(answer);
      });
      this.worker.postMessage(ask);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Threads that run seeds until they are ended: starting one takes longer than many runs. */
export class ThreadPool {
  private readonly threads: readonly Thread[];

  /** @param threads default: as many as the machine has processors */
  constructor(threads = availableParallelism()) {
    this.threads = Array.from({ length: Math.max(1, threads) }, () => new Thread());
  }

  /** @returns every run that was made, in the order of the seeds, and the first failures made small */
  async run(
    { first, runs }: Seeds,
    { without, signal, onProgress, untilFailure = false }: SeedOptions = {},
  ): Promise<{ results: SeedResult[]; failures: SmallestFailure[] }> {
    const results: SeedResult[] = [];
    let next = first;
    let failed = 0;
    const work = async (thread: Thread): Promise<void> => {
      while (next < first + runs && signal?.aborted !== true && !(untilFailure && failed > 0)) {
        const from = next;
        next = Math.min(next + PIECE, first + runs);
        const answer = await thread.ask({ kind: "run", without, from, to: next });
        if (answer.kind !== "ran") continue;
        results.push(...answer.results);
        failed += answer.results.filter(({ problems }) => problems.length > 0).length;
        onProgress?.(results.length, failed);
      }
    };
    await Promise.all(this.threads.map(work));
    results.sort((one, other) => one.seed - other.seed);
    const failures: SmallestFailure[] = [];
    const [thread] = this.threads;
    for (const { seed } of results.filter(({ problems }) => problems.length > 0).slice(0, untilFailure ? 1 : SHOWN)) {
      if (signal?.aborted === true) break;
      const answer = await thread?.ask({ kind: "shrink", without, seed });
      if (answer?.kind === "shrunk") failures.push(answer.failure);
    }
    return { results, failures };
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}

/** Does the work with a pool of its own, which ends whatever happens. @param threads see {@link ThreadPool} */
export async function withPool<T>(work: (pool: ThreadPool) => Promise<T>, threads?: number): Promise<T> {
  const pool = new ThreadPool(threads);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
