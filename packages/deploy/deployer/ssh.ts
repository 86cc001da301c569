import type { HostSession } from "@ghrunners/core/ssh/session";
import type { AgentFiles } from "./agent-files";
import type { RemoteAgent } from "./deploy";

/** Where the agent is started from on its host. */
export const AGENT_PROGRAM = "/opt/ghrunners/deploy/ghrunners-deploy";
const INSTALL_LIMIT_MS = 120_000;

/** The agent of a host, called over SSH with the host's own sudo. */
export function sshAgent(session: HostSession): RemoteAgent {
  return {
    async call(args, input, limitMs) {
      const line = ["sudo", "-n", AGENT_PROGRAM, ...args].map(quote).join(" ");
      const { code, stdout, stderr } = await session.run(line, input, limitMs);
      const last = stdout.trim().split("\n").at(-1) ?? "";
      return {
        code,
        value: last.startsWith("{") ? (JSON.parse(last) as unknown) : { error: stderr.trim() || stdout.trim() },
      };
    },
  };
}

/** Puts the agent and its guard on the host where they are not, or are others. */
export async function installAgent(
  session: HostSession,
  { install, files }: AgentFiles,
): Promise<"installed" | "unchanged"> {
  // A line for each file: mode, path, content in base64.
  const lines = files.map(({ mode, path, text }) => `${mode} ${path} ${Buffer.from(text).toString("base64")}`);
  const command = `sudo -n bash -c ${quote(install)} install`;
  const { code, stdout, stderr } = await session.run(command, `${lines.join("\n")}\n`, INSTALL_LIMIT_MS);
  if (code !== 0) throw new Error(`The deployment agent could not be installed: ${stderr.trim() || stdout.trim()}`);
  return stdout.trim() === "unchanged" ? "unchanged" : "installed";
}

const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
