/** Turns an action of the protocol into its effect on this target. */
import { mkdirSync, rmSync } from "node:fs";
import { removeTemporaries } from "@ghrunners/core/whole-file";
import type { CheckResult, Step } from "../protocol/request";
import type { Action, Result } from "../protocol/transaction";
import { withoutSecrets } from "../records/redact";
import { runChecks, verdict } from "./checks";
import { releaseFolder, type Context } from "./context";
import { removeDurably } from "./disk";
import type { Executor } from "./executor";
import { collectForensics } from "./forensics";
import { pruneRecords, writeMetrics, writeRecords } from "./history";
import type { Captured, Journal, StepCapture } from "./journal";
import { preflight } from "./preflight";
import { beforeOf, currentVersion, pruneReleases } from "./release";
import { capture, perform as performStep, undo } from "./steps";
import type { Store } from "./store";

/** The result of an action, and what it found. */
export interface ActionResult {
  readonly result: Result;
  readonly captured?: Captured;
  readonly checks?: readonly CheckResult[];
  /** The system's error code, such as ENOSPC. */
  readonly errno?: string;
}

export interface EffectContext {
  readonly store: Store;
  readonly executor: Executor;
  /** RFC 3339. */
  readonly now: string;
  readonly signal?: AbortSignal;
}

const done: ActionResult = { result: { ok: true } };
/** Redacts a program's output here, before it gets into journal, records, evidence and consoles. */
const failed = (detail: string, checks?: readonly CheckResult[]): ActionResult => ({
  result: { ok: false, detail: withoutSecrets(detail) },
  checks,
});

export async function perform(journal: Journal, action: Action, context: EffectContext): Promise<ActionResult> {
  try {
    return await effect(journal, action, context);
  } catch (error) {
    if (!(error instanceof Error)) return failed(String(error));
    return { ...failed(error.message), errno: (error as NodeJS.ErrnoException).code };
  }
}

async function effect(
  journal: Journal,
  action: Action,
  { store, executor, now, signal }: EffectContext,
): Promise<ActionResult> {
  const { folders } = store;
  const { request, captured } = journal;
  const previous = captured === null ? currentVersion({ folders, request }) : captured.version;
  const base = { folders, executor, request, previous, signal };
  const forward: Context = { ...base, version: request.version };
  const back: Context = { ...base, version: previous };
  const stepAt = (index: number): { step: Step; kept: StepCapture } => {
    const step = request.steps[index];
    if (step === undefined) throw new Error(`The plan has no step ${index}. Expected the journal of this plan.`);
    return { step, kept: captured?.steps[step.name] ?? {} };
  };
  switch (action.kind) {
    case "sweep":
      await executor.sweep();
      return done;
    case "preflight": {
      const { problems, checks } = await preflight(back, "expected");
      return problems.length === 0 ? { result: { ok: true }, checks } : failed(problems.join("; "), checks);
    }
    case "capture":
      return { result: { ok: true }, captured: await captureAll(back) };
    case "step": {
      const { step, kept } = stepAt(action.step);
      await performStep(forward, step, kept);
      return done;
    }
    case "health":
    case "smoke":
      return judged(forward, request[action.kind]);
    case "commit":
      return done;
    case "undo": {
      await collectForensics(forward, journal);
      const { step, kept } = stepAt(action.step);
      await undo(back, step, kept);
      return done;
    }
    case "prove":
      await collectForensics(forward, journal);
      return previous === null ? done : judged(back, request.health);
    case "close":
      close(journal, back, now);
      return done;
  }
}

async function judged(context: Context, checks: Parameters<typeof runChecks>[1]): Promise<ActionResult> {
  const results = await runChecks(context, checks);
  const problem = verdict(results);
  return problem === undefined ? { result: { ok: true }, checks: results } : failed(problem, results);
}

async function captureAll(context: Context): Promise<Captured> {
  const { folders, request } = context;
  rmSync(folders.captures, { recursive: true, force: true });
  mkdirSync(folders.captures, { recursive: true, mode: 0o700 });
  const steps: Record<string, StepCapture> = {};
  for (const [index, step] of request.steps.entries()) steps[step.name] = await capture(context, step, index);
  return { version: currentVersion(context), steps };
}

/** Every part can be repeated, because a crash in between repeats it. */
function close(journal: Journal, context: Context, now: string): void {
  const { folders } = context;
  const stuck = journal.transaction.outcome === "rollback_failed";
  writeRecords(folders, journal, now);
  pruneRecords(folders);
  writeMetrics(folders, { lock: stuck ? "held" : "free", journal });
  if (stuck) return;
  removeDurably(folders.captures);
  removeTemporaries(folders.artefact);
  removeDurably(folders.artefact);
  if (journal.transaction.outcome !== "succeeded") return;
  removeDurably(beforeOf(releaseFolder(context, context.request.version)));
  pruneReleases(context);
}
