import { note } from "@ghrunners/core/terminal";
import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { goBackIfConfigured } from "./automatic";
import { renderRollback } from "./render";
import { rollbackRunners } from "./rollback";

interface Options {
  readonly stack?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly automatic: boolean;
  readonly json?: boolean;
}

export async function rollback({ dryRun, yes, automatic, json, stack: name }: Options): Promise<number> {
  const stack = await currentStack(name);
  const report = automatic
    ? await goBackIfConfigured(stack, note)
    : await rollbackRunners(stack, { dryRun, yes, say: note });
  if (report === undefined) return 0;
  if (json) printJson<"rollback-runners">(report);
  else print(renderRollback(report));
  return report.problems.length === 0 ? 0 : 1;
}
