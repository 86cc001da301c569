import { note } from "@ghrunners/core/terminal";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import { printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { runSmokeJob } from "./smoke-job";

interface Options {
  readonly stack?: string;
  readonly role: Role;
  readonly json?: boolean;
}

export async function smoke(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  note(`running a job on the ${options.role}`);
  const result = await runSmokeJob(stack, options.role);
  if (options.json) printJson<"smoke">({ version: 1, ...result });
  else process.stdout.write(`${result.runner}: ${result.conclusion}, ${result.url}\n`);
  return 0;
}
