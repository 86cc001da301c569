/** The deployer's side: it starts the transaction on the target, keeps its lease and reports. Decisions are the target's. */
import type { Inspection, OpenDeployment } from "../target/queries";
import type { Records } from "../target/history";
import { verdict } from "../target/checks";
import type { Request } from "../protocol/request";

/** The agent of one target, wherever it runs. */
export interface RemoteAgent {
  /** Runs a command of the agent; its answer is one JSON value. */
  call(args: readonly string[], input: string | Buffer, limitMs: number): Promise<RemoteAnswer>;
}

export interface RemoteAnswer {
  /** 0 done, 1 failed, 3 refused. */
  readonly code: number;
  readonly value: unknown;
}

/** Why nothing was begun: somebody else's lock, or a problem that the preflight found. */
export class RefusedError extends Error {}

/** What a deployment came to. */
export type DeployResult =
  | { readonly kind: "unchanged"; readonly version: string }
  | { readonly kind: "checked"; readonly steps: readonly string[]; readonly problems: readonly string[] }
  | { readonly kind: "over"; readonly records: Records };

export interface DeployOptions {
  /** Only looks. */
  readonly check: boolean;
  readonly say: (line: string) => void;
  /** Fires when the deployer is asked to stop: the target goes back. */
  readonly signal: AbortSignal;
}

const SHORT_MS = 60_000;

export async function ask<Value>(
  agent: RemoteAgent,
  args: readonly string[],
  input: string | Buffer,
  limitMs = SHORT_MS,
): Promise<Value> {
  const { code, value } = await agent.call(args, input, limitMs);
  if (code === 0) return value as Value;
  const said = (value as { error?: string } | null)?.error ?? `The agent ended with exit code ${code} and no word.`;
  throw code === 3 ? new RefusedError(said) : new Error(said);
}

/**
 * @throws RefusedError when nothing was begun
 * @throws Error when the connection was lost: the target then goes back by itself when the lease expires
 */
export async function deploy(
  agent: RemoteAgent,
  request: Request,
  artefact: Buffer,
  { check, say, signal }: DeployOptions,
): Promise<DeployResult> {
  const seen = await ask<Inspection>(agent, ["inspect"], JSON.stringify(request));
  if (seen.version === request.version && seen.sha256 === request.artefact.sha256) {
    const unhealthy = verdict(seen.checks);
    if (unhealthy !== undefined)
      throw new RefusedError(`Version ${request.version} is installed already, and it is not healthy: ${unhealthy}`);
    return { kind: "unchanged", version: request.version };
  }
  if (check) return { kind: "checked", steps: request.steps.map(({ name }) => name), problems: seen.problems };
  if (seen.problems.length > 0) say(`expected to be refused: ${seen.problems.join("; ")}`);

  const { token } = await ask<{ token: number }>(agent, ["begin"], JSON.stringify(request));
  say(`deployment ${request.id} holds the lock of ${request.target} (token ${token})`);
  const lease = new LeaseKeeper(agent, token, request, say);
  const giveUp = (): void => {
    say("asked to stop: the target goes back");
    lease.stop();
    agent.call(["give-up", String(token)], "", SHORT_MS).catch(() => undefined);
  };
  signal.addEventListener("abort", giveUp);
  try {
    const reason = await ask(agent, ["put", String(token)], artefact, request.limits.totalSeconds * 1000).then(
      () => [],
      (error: Error) => [`The artefact did not arrive: ${error.message}`],
    );
    const records = await ask<Records>(agent, ["run", String(token), ...reason], "", runLimitMs(request));
    lease.stop();
    lease.report(records.deployment.actions.map(({ name, ok }) => `${name}: ${ok ? "ok" : "failed"}`));
    return { kind: "over", records };
  } finally {
    lease.stop();
    signal.removeEventListener("abort", giveUp);
  }
}

/** Lets a target try a failed undo again, after somebody has mended what its incident names. */
export async function retryRollback(agent: RemoteAgent, request: Request): Promise<DeployResult> {
  return { kind: "over", records: await ask<Records>(agent, ["retry"], "", runLimitMs(request)) };
}

/** The way forward has its own limit on the target; the way back is as long as its steps and checks. */
function runLimitMs({ limits, steps, health }: Request): number {
  const checks = Math.max(...health.map((each) => each.attempts * (each.limitSeconds + each.pauseSeconds)));
  const back = 3 * steps.reduce((sum, step) => sum + step.limitSeconds, 0) + checks;
  return 1000 * (limits.totalSeconds + back + 60);
}

/** Renews the lease four times in its length, and says what ended meanwhile. */
class LeaseKeeper {
  private readonly timer: NodeJS.Timeout;
  private reported = 0;

  constructor(
    agent: RemoteAgent,
    token: number,
    { limits }: Request,
    private readonly say: (line: string) => void,
  ) {
    const renew = (): void => {
      ask<OpenDeployment>(agent, ["renew", String(token)], "").then(
        ({ ended }) => this.report(ended),
        // The run's own answer says what happened.
        () => undefined,
      );
    };
    this.timer = setInterval(renew, (limits.leaseSeconds * 1000) / 4);
  }

  report(ended: readonly string[]): void {
    for (const each of ended.slice(this.reported)) this.say(`  ${each}`);
    this.reported = Math.max(this.reported, ended.length);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
