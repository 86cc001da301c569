/** Commands of the agent on a target, and their answers. */

/** The agent of one target, wherever it runs. */
export interface RemoteAgent {
  /** Runs a command of the agent, which answers with one JSON value. */
  call(args: readonly string[], input: string | Buffer, limitMs: number): Promise<RemoteAnswer>;
}

export interface RemoteAnswer {
  /** 0 done, 1 failed, 3 refused. */
  readonly code: number;
  readonly value: unknown;
}

/** Nothing was started, because another deployment holds the lock or the preflight found a problem. */
export class AgentRefusedError extends Error {}

const LIMIT_MS = 60_000;

/**
 * Runs a command of the agent.
 * @param limitMs time limit, milliseconds
 * @throws RefusedError if the agent refuses, Error with the agent's message if it fails
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
    `The agent on the target ended its command "${args[0]}" with exit code ${code} and no message.`;
  throw code === 3 ? new AgentRefusedError(said) : new Error(said);
}
