import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { restoreMonitoring } from "./restore";

export async function restore(options: { stack?: string; json?: boolean }): Promise<number> {
  const steps = await restoreMonitoring(await currentStack(options.stack));
  for (const line of steps) note(line);
  if (options.json) printJson<"restore-monitoring">({ version: 1, steps });
  return 0;
}
