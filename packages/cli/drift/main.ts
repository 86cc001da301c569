import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { driftOf } from "./drift";
import { renderDrift } from "./render";

const help = `usage: npm run ops -- drift [--json]

Compares what the stack "lab" (or the one that STACK names) made with what GitHub and the hosts show now, also where
"pulumi refresh" is blind. Changes nothing. Each difference comes with the command that repairs it.
Exit code: 0 no drift, 1 drift or something that could not be read, 2 wrong use.
JSON schema: packages/cli/drift/report.schema.json
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const report = await driftOf(await openStack(stackName(), note));
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderDrift(report));
  return report.clean ? 0 : 1;
}

runCommand(main);
