import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { renderStatus } from "./render";
import { statusOf } from "./status";

const help = `usage: npm run status [-- --json]

Machines as Proxmox VE shows them, runners as GitHub shows them, the last job, and every difference from the
configuration of the stack "lab" (or the one that STACK names).
Exit code: 0 healthy, 1 not healthy, 2 wrong use. JSON schema: packages/cli/status/report.schema.json
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const report = await statusOf(await openStack(stackName(), note));
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderStatus(report));
  return report.healthy ? 0 : 1;
}

runCommand(main);
