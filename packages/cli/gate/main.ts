import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { hasFailover } from "@ghrunners/config/failover";
import { runInside } from "../inside";
import { openStack, stackName } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import type { ReadInput } from "./read.worker";
import { renderGate } from "./render";
import { judgeSwitch, parseSwitch, type GateView } from "./view";

const help = `usage: npm run ops -- gate [--json]

Which runner of the stack "lab" (or the one that STACK names) deploys next, and why: the failover switch's newest decision
and its age, each runner's grade with its reasons, the last changes, and the next thing to do.
Exit code: 0 somebody may deploy, 1 nobody may, the decision is too old or cannot be read, 2 wrong use.
`;

const CHANGES = 8;

async function look(): Promise<GateView> {
  const stack = await openStack(stackName(), note);
  const settings = await settingsOf(stack.engine);
  const { monitoring } = settings;
  if (monitoring === undefined || !hasFailover(settings)) {
    throw new Error(
      `The stack ${stack.name} runs no failover switch, expected monitoring.fleetExporter and a token of its own. ` +
        "Next: pulumi config set --secret ghrunners:failoverToken",
    );
  }
  const { host, user, hostKey } = monitoring;
  const output = await runInside<ReadInput, string>(stack.engine, "packages/cli/gate/read.worker.ts", {
    host: { host, user, hostKey },
    sshPrivateKey: settings.sshPrivateKey,
    changes: CHANGES,
  });
  return judgeSwitch(stack.name, parseSwitch(output));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const view = await look();
  process.stdout.write(values.json ? `${JSON.stringify(view, null, 2)}\n` : renderGate(view));
  return view.problems.length === 0 ? 0 : 1;
}

runCommand(main);
