import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { bootLabTarget } from "../deploy/target";
import { runInside } from "../inside";
import { openStack, stackName } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import { exitCodeOf, renderIncidents } from "./render";
import type { IncidentsInput, TargetIncidents } from "./worker";

const help = `usage: npm run ops -- incidents [--send] [--json]

The incidents that deployments left on the targets of the stack "lab" (or the one that STACK names), and the issue of each.
--send opens an issue for each one that has none: once, whoever sends, however often. The token needs Issues write.
Exit code: 0 all of them have an issue, 1 one has none or a target cannot be asked, 2 wrong use.
`;

const options = { send: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const stack = await openStack(stackName(), note);
  const { targets, sshPrivateKey, github, githubToken, monitoring } = await settingsOf(stack.engine);
  if (targets.length === 0) throw new Error("No deployment target is configured. Expected ghrunners:targets.");
  await bootLabTarget(stack, note);
  const found = await runInside<IncidentsInput, TargetIncidents[]>(stack.engine, "packages/cli/incidents/worker.ts", {
    targets,
    privateKey: sshPrivateKey,
    send: values.send ?? false,
    repository: { url: github.url, fullName: github.repository },
    token: githubToken,
    runbooks: monitoring?.runbookBaseUrl ?? `${github.url}/${github.repository}/blob/HEAD/docs/runbooks`,
  });
  process.stdout.write(values.json ? `${JSON.stringify(found, null, 2)}\n` : renderIncidents(found));
  return exitCodeOf(found);
}

runCommand(main);
