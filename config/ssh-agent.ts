/**
 * The SSH agent of the person who runs Pulumi. `@pulumi/command` connects to the agent that SSH_AUTH_SOCK names beside
 * using the configured key, and fails where no agent answers: each step on a host would end in "connection refused".
 * Source: pulumi-command, provider/pkg/provider/remote/connection.go.
 */
import { connect } from "node:net";

const LIMIT_MS = 2_000;

/** @returns why nothing can be done on hosts, in words; empty where no agent is named, or where one answers */
export async function judgeSshAgent({ SSH_AUTH_SOCK: socket }: NodeJS.ProcessEnv): Promise<string[]> {
  if (socket === undefined || socket === "") return [];
  const problem = await new Promise<string | undefined>((resolve) => {
    const connection = connect(socket);
    const settle = (found?: string): void => {
      connection.destroy();
      resolve(found);
    };
    connection.setTimeout(LIMIT_MS, () => settle("no answer"));
    connection.once("connect", () => settle());
    connection.once("error", ({ message, code }: NodeJS.ErrnoException) => settle(code ?? message));
  });
  if (problem === undefined) return [];
  return [
    `SSH_AUTH_SOCK names ${socket}, where no SSH agent answers (${problem}). Expected an agent, or no such variable: ` +
      "Pulumi's command plugin connects to it before it uses ghrunners:sshPrivateKey. Next: unset SSH_AUTH_SOCK, then the same command",
  ];
}
