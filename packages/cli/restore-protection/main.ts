import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { restoreProtection } from "./restore";

const help = `usage: npm run ops -- restore-protection

Writes reviewers, pause, self-review and bypass of the environment to GitHub again, as the stack "lab" (or the one that
STACK names) has them in its state. "npm run ops -- drift" says when that is due: the provider does not see it.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help) process.stdout.write(help);
  else note(`Protection of the environment ${await restoreProtection(await openStack(stackName(), note))} restored`);
  return 0;
}

runCommand(main);
