import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { promote } from "./production";
import { deliveryProblem } from "./repository";
import { updateStaging } from "./staging";

interface Options {
  readonly stack?: string;
  readonly approvedBy?: string;
  readonly json?: boolean;
}

/** @throws Error in a workflow of a repository that does not deliver the stack */
async function open(name: string | undefined): Promise<Stack> {
  const stack = await currentStack(name);
  const problem = deliveryProblem(process.env, await settingsOf(stack));
  if (problem !== undefined) throw new Error(problem);
  return stack;
}

export async function toStaging(options: Options): Promise<number> {
  const stack = await open(options.stack);
  await updateStaging(stack, note);
  if (options.json) printJson<"promote-staging">({ version: 1, stack: stack.name, result: "proved" });
  return 0;
}

export async function toProduction(options: Options): Promise<number> {
  const record = await promote(await open(options.stack), { approvedBy: options.approvedBy, say: note });
  if (options.json) printJson<"promotion">(record);
  note(`Production: ${record.result}`);
  return record.result === "promoted" ? 0 : 1;
}
