import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { restoreMonitoring } from "./restore";

const help = `usage: npm run ops -- restore-monitoring

Puts the files of the stack "lab" (or of the one that STACK names) on its monitoring host again, as its state has them:
rules, targets, dashboards, and Alertmanager's file where the stack manages it. A step that fails leaves its files as they were.
"npm run ops -- drift" says when that is due: Pulumi does not see it.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help) process.stdout.write(help);
  else for (const line of await restoreMonitoring(await openStack(stackName(), note))) note(line);
  return 0;
}

runCommand(main);
