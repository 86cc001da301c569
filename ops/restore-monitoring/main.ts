import { parseArgs } from "node:util";
import { openStack, stackName } from "../pulumi/stack";
import { errorText, note } from "../terminal";
import { restoreMonitoring } from "./restore";

const help = `usage: npm run ops -- restore-monitoring

Puts the files of the stack "lab" (or of the one that STACK names) on its monitoring host again, as its state has them:
rules, targets, dashboards, and Alertmanager's file where the stack manages it. What fails leaves the host as it was.
"npm run ops -- drift" says when that is due: Pulumi does not see it.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help) process.stdout.write(help);
  else for (const line of await restoreMonitoring(await openStack(stackName(), note))) note(line);
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
