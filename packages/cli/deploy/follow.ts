/**
 * Follows one deployment at GitHub to its end, and decides when to intervene. It sees and acts through
 * `DeploymentView`.
 */
import type { Described } from "@ghrunners/core/schema";
import type { followedSchema } from "./schema";
import { setTimeout as delay } from "node:timers/promises";
import { pauseAfter } from "@ghrunners/core/until";
import { deployJob, type SeenRun, type Snapshot } from "./snapshot";
import { progressLines } from "./progress-lines";

/** Shows a deployment, and cancels its run. */
export interface DeploymentView {
  look(): Promise<Snapshot>;
  /** @param force also stops a run that does not react to a normal cancellation */
  cancel(force: boolean): Promise<void>;
  /** The deployment job's messages about a deployment that did not start. */
  words(run: SeenRun): Promise<readonly string[]>;
}

export type Followed = Described<typeof followedSchema>;

/** The result for a version that is already installed and healthy: no run was started. */
export const notStarted = (id: string, version: string): Followed => ({
  ...{ id, nothingToDo: true, run: null, gate: null, target: null, records: null, lost: null },
  words: [`Version ${version} is installed and healthy: nothing to do.`],
});

export interface FollowOptions {
  readonly say: (line: string) => void;
  /** Fires when the user stops the command: the run is cancelled and followed to its end. */
  readonly signal: AbortSignal;
  /** Pause between two polls, milliseconds. It grows while nothing changes, as during a wait for a reviewer. */
  readonly pauseMs: number;
}

/** A look is up to four requests, of 5,000 that an account may send in an hour. */
const LONGEST_PAUSE_MS = 15_000;
/** How long a run may take to end after its deployment is over: its last step reports. */
const LAST_STEPS_MS = 120_000;
/** How long GitHub and the target may both be silent before following ends. */
const SILENCE_MS = 600_000;
/** The failover switch cancels a job that waits for a dead runner and starts it again within this time. */
const STARTED_AGAIN_MS = 30_000;

/**
 * Polls until the run has ended and no deployment is open on the target. This is no plain wait (`poll`): each poll is
 * reported, and may cancel the run.
 */
export async function follow(view: DeploymentView, { say, signal, pauseMs }: FollowOptions): Promise<Followed> {
  const progress = new Progress();
  let before: Snapshot | undefined;
  let known: SeenRun | undefined;
  let changedAt = performance.now();
  for (;;) {
    const now = await view.look();
    const news = progressLines(before, known, now);
    for (const line of news) say(line);
    if (news.length > 0) changedAt = performance.now();
    before = now;
    if (typeof now.github !== "string") known = now.github;
    progress.take(now, Date.now());
    if (progress.isEnd(now, Date.now())) return result(view, now, progress.lost);
    for (const { kind, reason } of progress.interventions(now, signal.aborted)) {
      say(reason);
      await view.cancel(kind === "end");
    }
    await delay(pauseAfter(performance.now() - changedAt, { pauseMs, longestPauseMs: LONGEST_PAUSE_MS }));
  }
}

async function result(view: DeploymentView, { id, github, target }: Snapshot, lost: string | null): Promise<Followed> {
  const run = typeof github === "string" ? null : github;
  const records = target?.look.records ?? null;
  return {
    id,
    nothingToDo: false,
    run: run && { url: run.url, conclusion: run.conclusion },
    gate: run?.gate ?? null,
    target: target?.name ?? null,
    records,
    lost: run?.conclusion === "success" ? null : lost,
    words: records === null && run !== null ? await view.words(run) : [],
  };
}

/** `cancel` asks the run to stop; `end` also stops a run that does not react. */
interface Intervention {
  readonly kind: "cancel" | "end";
  readonly reason: string;
}

/** What the follower knows beyond the newest look, and what it has done. */
class Progress {
  /** Runner that was lost during the deployment. */
  lost: string | null = null;
  private attempt = 0;
  private readonly done = new Set<string>();
  private heardAt = Date.now();
  private overSince: number | undefined;
  private endedSince: number | undefined;

  take({ github, target }: Snapshot, at: number): void {
    if (typeof github !== "string" || target !== null) this.heardAt = at;
    this.overSince = target?.look.records == null ? undefined : (this.overSince ?? at);
    if (typeof github === "string") return;
    if (github.attempt !== this.attempt) {
      this.attempt = github.attempt;
      this.lost = null;
    }
    this.endedSince = github.status === "completed" ? (this.endedSince ?? at) : undefined;
    const job = deployJob(github);
    if (github.runnerOnline === false && job?.status === "in_progress") this.lost = job.runner;
  }

  isEnd({ id, github, target }: Snapshot, at: number): boolean {
    if (at - this.heardAt > SILENCE_MS) return true;
    if (this.overSince !== undefined && at - this.overSince > LAST_STEPS_MS) return true;
    if (typeof github === "string" || github.status !== "completed" || target?.look.open?.id === id) return false;
    return !this.mayStartAgain(github, target) || at - (this.endedSince ?? at) > STARTED_AGAIN_MS;
  }

  /**
   * True if another party cancelled a job that no runner had taken: the failover switch does that, and starts it again.
   */
  private mayStartAgain(run: SeenRun, target: Snapshot["target"]): boolean {
    const job = deployJob(run);
    return run.conclusion === "cancelled" && target === null && !this.done.has("cancel") && job?.runner === null;
  }

  interventions({ github, target }: Snapshot, stop: boolean): Intervention[] {
    if (typeof github === "string" || github.status === "completed") return [];
    const isOver = target?.look.records != null;
    const found: (Intervention | false)[] = [
      stop && { kind: "cancel", reason: "asked to stop: the run is cancelled, the target rolls back" },
      // A job of a lost runner would hold the environment's queue until GitHub misses it, which takes minutes.
      isOver &&
        this.lost !== null && {
          kind: "end",
          reason: "the runner is gone and the target is consistent: the run is ended",
        },
    ];
    return found.filter(
      (one): one is Intervention => one !== false && this.isNew(`${one.kind} ${this.attempt}`, one.kind),
    );
  }

  private isNew(key: string, kind: string): boolean {
    if (this.done.has(key)) return false;
    this.done.add(key).add(kind);
    return true;
  }
}
