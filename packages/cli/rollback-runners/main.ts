import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { renderRollback } from "./render";
import { rollbackRunners } from "./rollback";

const help = `usage: npm run ops -- rollback-runners [--dry-run] [--yes] [--json]

After an update that failed on the secondary, or made the runners worse: takes the settings of the runners (version, template,
size, labels, what jobs may run) back to those of the last update that came to its end, as the state of the stack "lab" (or
the one that STACK names) has them; then pulumi up, a job on each role, and the status. The change of the stack's
configuration file is printed, to be committed. Interrupted, the same command carries on.
  --dry-run  the change and a preview with it; nothing is changed
  --yes      Pulumi does not ask
Exit code: 0 done and healthy, 1 failed or not healthy, 2 wrong use. JSON schema: packages/cli/rollback-runners/report.schema.json
`;

const options = {
  "dry-run": { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const stack = await openStack(stackName(), note);
  const report = await rollbackRunners(stack, { dryRun: values["dry-run"], yes: values.yes, say: note });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderRollback(report));
  return report.problems.length === 0 ? 0 : 1;
}

runCommand(main);
