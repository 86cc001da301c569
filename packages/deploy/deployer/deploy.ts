/**
 * The deployer's side of a deployment: starts the transaction on the target, renews its lease and reports. The target
 * makes all decisions.
 */
import { poll } from "@ghrunners/core/until";
import type { Records } from "../target/history";
import type { Inspection, DeploymentProgress } from "../target/queries";
import type { Request } from "../protocol/request";
import { judge } from "./judge";
import { LeaseKeeper } from "./lease-keeper";
import { callAgent, AgentRefusedError, type RemoteAgent } from "./remote-agent";

/** Result of a deployment. */
export type DeployResult =
  | { readonly kind: "unchanged"; readonly version: string }
  | { readonly kind: "checked"; readonly steps: readonly string[]; readonly problems: readonly string[] }
  | { readonly kind: "over"; readonly records: Records };

export interface DeployOptions {
  readonly say: (line: string) => void;
  /** Fires when the deployer is asked to stop: the target rolls back. */
  readonly signal: AbortSignal;
  /** After losing its lease, how long the deployer waits for the next action to end on the target, milliseconds. */
  readonly patienceMs?: number;
}

const SHORT_MS = 60_000;
const PATIENCE_MS = 30_000;
const LOOK_MS = 1_000;

/** Checks without changing anything. @throws RefusedError if the target cannot be deployed to */
export async function check(agent: RemoteAgent, request: Request): Promise<DeployResult> {
  const seen = await callAgent<Inspection>(agent, ["inspect"], JSON.stringify(request));
  const judged = judge(seen, request);
  if (judged.kind === "unchanged") return { kind: "unchanged", version: request.version };
  const problems = judged.kind === "refused" ? [judged.reason] : judged.problems;
  return { kind: "checked", steps: request.steps.map(({ name }) => name), problems };
}

/**
 * @throws RefusedError if nothing was started
 * @throws Error if the connection was lost: the target then rolls back by itself when the lease expires
 */
export async function deploy(
  agent: RemoteAgent,
  request: Request,
  artefact: Buffer,
  { say, signal, patienceMs = PATIENCE_MS }: DeployOptions,
): Promise<DeployResult> {
  const judged = judge(await callAgent<Inspection>(agent, ["inspect"], JSON.stringify(request)), request);
  if (judged.kind === "refused") throw new AgentRefusedError(judged.reason);
  if (judged.kind === "unchanged") return { kind: "unchanged", version: request.version };
  if (judged.problems.length > 0) say(`expected to be refused: ${judged.problems.join("; ")}`);

  const { token } = await callAgent<{ token: number }>(agent, ["begin"], JSON.stringify(request));
  say(`deployment ${request.id} holds the lock of ${request.target} (token ${token})`);
  const lease = new LeaseKeeper(agent, token, request.limits.leaseSeconds, say);
  const giveUp = (): void => {
    say("asked to stop: the target rolls back");
    lease.lose("The deployer was asked to stop.");
  };
  // A target whose agent is gone rolls back when its lease expires, or at once when the lease is given up.
  const follow = (why: string): Promise<Records> => {
    lease.stop();
    agent.call(["give-up", String(token)], "", SHORT_MS).catch(() => undefined);
    return followed(agent, request, why, patienceMs, lease);
  };
  if (signal.aborted) giveUp();
  else signal.addEventListener("abort", giveUp);
  try {
    const records = await firstAnswer(carry(agent, token, request, artefact), lease.lost, follow);
    lease.stop();
    lease.report(records.deployment.actions.map(({ name, ok }) => `${name}: ${ok ? "ok" : "failed"}`));
    return { kind: "over", records };
  } finally {
    lease.stop();
    signal.removeEventListener("abort", giveUp);
  }
}

/** Sends the artefact, then lets the target work. */
async function carry(agent: RemoteAgent, token: number, request: Request, artefact: Buffer): Promise<Records> {
  const reason = await callAgent(agent, ["put", String(token)], artefact, request.limits.totalSeconds * 1000).then(
    () => [],
    (error: Error) => [`The artefact did not arrive: ${error.message}`],
  );
  return callAgent<Records>(agent, ["run", String(token), ...reason], "", runLimitMs(request));
}

/**
 * The target's answer to the command; if there is none, or the lease is lost, the result found by polling the target.
 */
async function firstAnswer(
  running: Promise<Records>,
  lost: Promise<string>,
  follow: (why: string) => Promise<Records>,
): Promise<Records> {
  const answered = running.catch(async (error: Error) => {
    // If polling fails too, because the connection is broken, report the second error.
    return follow(error.message).catch((second: Error) => {
      throw second instanceof NotOverError ? second : error;
    });
  });
  return Promise.race([answered, lost.then(follow)]);
}

/** The target answered, and the deployment has not ended yet. */
class NotOverError extends Error {}

/** Polls the target until the deployment has ended, or until no action ends there any more. */
async function followed(
  agent: RemoteAgent,
  { id, target }: Request,
  why: string,
  patienceMs: number,
  lease: LeaseKeeper,
): Promise<Records> {
  let last = "";
  let changedAt = performance.now();
  const look = async (): Promise<DeploymentProgress> => {
    const seen = await callAgent<DeploymentProgress>(agent, ["look", id], "", Math.max(patienceMs, LOOK_MS));
    if (seen.records === null && seen.open?.id === id) lease.report(seen.open.ended);
    const now = `${seen.open?.ended.length} ${seen.open?.running}`;
    if (now !== last) [last, changedAt] = [now, performance.now()];
    return seen;
  };
  const isEnough = ({ open, records }: DeploymentProgress): boolean =>
    records !== null || open?.id !== id || performance.now() - changedAt > patienceMs;
  const { open, records } = await poll(look, isEnough, {
    limitMs: Infinity,
    pauseMs: Math.min(LOOK_MS, patienceMs / 4),
  });
  if (records !== null) return records;
  if (open?.id !== id)
    throw new NotOverError(`${why} Deployment ${id} is not open on ${target}, and has no record there.`);
  throw new NotOverError(
    `${why} Deployment ${id} is not over on ${target}: "${open.running ?? "nothing"}" runs there, and nothing has ended ` +
      `for ${Math.round(patienceMs / 1000)} s. The target rolls back by itself once that has ended. ` +
      `Next: sudo /opt/ghrunners/deploy/ghrunners-deploy show, on the target`,
  );
}

/** Makes a target retry a failed undo, after an operator has repaired the cause that its incident names. */
export async function retryRollback(agent: RemoteAgent): Promise<DeployResult> {
  return { kind: "over", records: await callAgent<Records>(agent, ["retry"], "", RETRY_LIMIT_MS) };
}

/** Enough for three attempts of every undo and of the proof, with the limits of most plans. */
const RETRY_LIMIT_MS = 3_600_000;

/** The deployment has its own limit on the target; a rollback takes as long as its steps and checks. */
function runLimitMs({ limits, steps, health }: Request): number {
  const checks = Math.max(...health.map((each) => each.attempts * (each.limitSeconds + each.pauseSeconds)));
  const back = 3 * steps.reduce((sum, step) => sum + step.limitSeconds, 0) + checks;
  return 1000 * (limits.totalSeconds + back + 60);
}
