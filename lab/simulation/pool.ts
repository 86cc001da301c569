/** Runs many seeds on several threads. */
import { availableParallelism } from "node:os";
import type { SmallestFailure } from "./shrink";
import { type SeedResult, Thread } from "./thread";

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

/** Threads that run seeds until they are ended: starting one takes longer than many runs. */
export class ThreadPool {
  private readonly threads: readonly Thread[];

  /**
   * @param threads default: as many as the machine has processors
   * @param program source file of a thread; a test brings its own
   */
  constructor(threads = availableParallelism(), program?: string) {
    this.threads = Array.from({ length: Math.max(1, threads) }, () => new Thread(program));
  }

  /**
   * @returns every run that was made, in the order of the seeds, and the first failures made small
   * @throws Error with the seed at which a thread ended, once the others are at the end of their piece
   */
  async run(
    { first, runs }: Seeds,
    { without, signal, onProgress, untilFailure = false }: SeedOptions = {},
  ): Promise<{ results: SeedResult[]; failures: SmallestFailure[] }> {
    const results: SeedResult[] = [];
    let next = first;
    let failed = 0;
    const ended: Error[] = [];
    const isOver = (): boolean =>
      next >= first + runs || signal?.aborted === true || ended.length > 0 || (untilFailure && failed > 0);
    const work = async (thread: Thread): Promise<void> => {
      while (!isOver()) {
        const from = next;
        next = Math.min(next + PIECE, first + runs);
        const answer = await thread.ask({ kind: "run", without, from, to: next });
        if (answer.kind !== "ran") continue;
        results.push(...answer.results);
        failed += answer.results.filter(({ problems }) => problems.length > 0).length;
        onProgress?.(results.length, failed);
      }
    };
    await Promise.all(this.threads.map((thread) => work(thread).catch((error: Error) => void ended.push(error))));
    if (ended[0] !== undefined) throw ended[0];
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
