import { quote } from "@ghrunners/core/ssh/render-script";
import type { CommandResult, HostSession } from "@ghrunners/core/ssh/session";
import type { AgentFiles } from "./agent-files";
import { AGENT_PROGRAM } from "./agent-program";
import type { RemoteAgent, RemoteAnswer } from "./remote-agent";

const INSTALL_LIMIT_MS = 120_000;

/** The host has no deployment agent: the first deployment installs it. */
export class NoAgentError extends Error {}

/**
 * The agent of a host, called over SSH with the host's own sudo.
 * @throws NoAgentError from a call if nothing was deployed yet
 */
export function sshAgent(session: HostSession): RemoteAgent {
  return {
    async call(args, input, limitMs) {
      const line = ["sudo", "-n", AGENT_PROGRAM, ...args].map(quote).join(" ");
      const result = await session.run(line, input, limitMs);
      if (result.code === 1 && result.stderr.includes(`${AGENT_PROGRAM}: command not found`))
        throw new NoAgentError(`There is no deployment agent on the target (${result.stderr.trim()}).`);
      return answerOf(result);
    },
  };
}

/** This checkout's agent for read-only commands: started once from a temporary folder. */
export function readOnlyAgent(session: HostSession, { look, files }: AgentFiles): RemoteAgent {
  const agent = files.find(({ path }) => path === `${AGENT_PROGRAM}.cjs`);
  return {
    async call(args, input, limitMs) {
      const line = ["sudo", "-n", "bash", "-c", look, "look", ...args].map(quote).join(" ");
      const text = Buffer.from(agent?.text ?? "").toString("base64");
      return answerOf(await session.run(line, Buffer.concat([Buffer.from(`${text}\n`), Buffer.from(input)]), limitMs));
    },
  };
}

function answerOf({ code, stdout, stderr }: CommandResult): RemoteAnswer {
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) return { code: code === 0 ? 1 : code, value: { error: stderr.trim() || stdout.trim() } };
  try {
    return { code, value: JSON.parse(last) as unknown };
  } catch (error) {
    return {
      code: code === 0 ? 1 : code,
      value: { error: `The agent's answer is not JSON: ${(error as Error).message}` },
    };
  }
}

/**
 * Installs the agent and its guard on the host if they are missing or differ.
 * @returns "kept" if the host has another agent and an open deployment, which must be ended by the agent that started
 * it
 */
export async function installAgent(
  session: HostSession,
  { install, files }: AgentFiles,
): Promise<"installed" | "unchanged" | "kept"> {
  // One line per file: mode, path, content in base64.
  const lines = files.map(({ mode, path, text }) => `${mode} ${path} ${Buffer.from(text).toString("base64")}`);
  const command = `sudo -n bash -c ${quote(install)} install`;
  const { code, stdout, stderr } = await session.run(command, `${lines.join("\n")}\n`, INSTALL_LIMIT_MS);
  if (code !== 0) throw new Error(`The deployment agent could not be installed: ${stderr.trim() || stdout.trim()}`);
  const said = stdout.trim();
  return said === "unchanged" || said === "kept" ? said : "installed";
}
