import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { restoreProtection } from "./restore";

export async function restore(options: { stack?: string; json?: boolean }): Promise<number> {
  const environment = await restoreProtection(await currentStack(options.stack));
  note(`Protection of the environment ${environment} restored`);
  if (options.json) printJson<"restore-protection">({ version: 1, environment });
  return 0;
}
