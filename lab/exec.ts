/** `npm run lab -- exec` and `npm run lab -- shell`: one command, or a shell, inside the lab. */
import { spawn } from "node:child_process";
import type { Server } from "node:net";
import { constants } from "node:os";
import { inside, type LabSession } from "./pulumi/session";

/**
 * Signals that a terminal or a supervisor sends to end a command. The command inside decides what it does with them.
 */
const forwarded = ["SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command inside the lab with this terminal, and waits for its end.
 * @param socket listens outside the lab; a command of Node gets it as its first message, and this process lets go of it
 * @returns its exit code; 128 and the signal's number when a signal ended it, 127 when there is no such program
 */
export async function runInside(
  session: LabSession,
  line: readonly string[],
  env: NodeJS.ProcessEnv = {},
  socket?: Server,
): Promise<number> {
  const [program = "", ...args] = inside(session, line);
  const child = spawn(program, args, {
    stdio: ["inherit", "inherit", "inherit", ...(socket === undefined ? [] : ["ipc" as const])],
    env: { ...session.env, ...env },
  });
  if (socket !== undefined) child.send("socket", socket, () => socket.close());
  // Ctrl-C reaches the command through the terminal's process group; this process only waits for its end.
  const ignore = (): void => undefined;
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", ignore);
  for (const name of forwarded) process.on(name, pass);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") resolve(127);
        else reject(error);
      });
      child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    process.off("SIGINT", ignore);
    for (const name of forwarded) process.off(name, pass);
  }
}

/** An interactive shell inside the lab, with the lab's name in its prompt. */
export function shellInside(session: LabSession): Promise<number> {
  const { instance } = session.lab;
  const shell = process.env.SHELL ?? "/bin/sh";
  process.stderr.write(
    `Inside the lab "${instance.name}", stack ${session.stack}. Type what you would type in production:\n` +
      "  pulumi up, pulumi refresh, ghrunners status, ghrunners --help; exit leaves.\n",
  );
  return runInside(session, [shell], { PS1: `(lab ${instance.name}) \\w$ ` });
}
