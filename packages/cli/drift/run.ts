import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { driftOf } from "./drift";
import { renderDrift } from "./render";

export async function drift(options: { stack?: string; json?: boolean }): Promise<number> {
  const report = await driftOf(await currentStack(options.stack));
  if (options.json) printJson<"drift">(report);
  else print(renderDrift(report));
  return report.clean ? 0 : 1;
}
