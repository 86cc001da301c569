/** A command of the agent on a target, and its answer. */

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

const LIMIT_MS = 60_000;

/**
 * Runs a command of the agent.
 * @param limitMs longest time it may take, milliseconds
 * @throws RefusedError when the agent refuses, Error with the agent's words when it fails
 */
export async function callAgent<Value>(
  agent: RemoteAgent,
  args: readonly string[],
  input: string | Buffer,
  limitMs = LIMIT_MS,
): Promise<Value> {
  const { code, value } = await agent.call(args, input, limitMs);
  if (code === 0) return value as Value;
  const said =
    (value as { error?: string } | null)?.error ||
    `The agent on the target ended its command "${args[0]}" with exit code ${code} and without a word.`;
  throw code === 3 ? new RefusedError(said) : new Error(said);
}
