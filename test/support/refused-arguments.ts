import type { Command } from "commander";
import { runProgram } from "@ghrunners/cli/command";
import { program } from "@ghrunners/cli/commands";

const withChildren = (command: Command): Command[] => [command, ...command.commands.flatMap(withChildren)];
const doesWork = (command: Command): boolean => "_actionHandler" in command && command["_actionHandler"] !== null;

/**
 * Gives arguments to `ghrunners` that it refuses before a command's own code is loaded. It works in this process: one
 * of its own needs a quarter of a second of processor time. If the arguments are taken, the code is 0.
 */
export async function refusal(...args: string[]): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  const root = program();
  for (const command of withChildren(root)) {
    command.configureOutput({ writeErr: (text) => void (stderr += text) });
    if (doesWork(command)) command.action(() => undefined);
  }
  const code = await runProgram(root, args);
  return { code, stderr };
}
