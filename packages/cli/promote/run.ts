import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { type PromotionPart, partProblem } from "./part";
import { promote } from "./production";
import { deliveryProblem } from "./repository";
import { updateStaging } from "./staging";

interface Options {
  readonly stack?: string;
  readonly approvedBy?: string;
  readonly json?: boolean;
}

/** @throws Error for a stack without this part, or in a workflow of a repository that does not deliver the stack */
async function open(part: PromotionPart, name: string | undefined): Promise<Stack> {
  const stack = await currentStack(name);
  const settings = await settingsOf(stack);
  const problem = partProblem(part, settings) ?? deliveryProblem(process.env, settings);
  if (problem !== undefined) throw new Error(problem);
  return stack;
}

export async function toStaging(options: Options): Promise<number> {
  const stack = await open("staging", options.stack);
  await updateStaging(stack, note);
  if (options.json) printJson<"promote-staging">({ version: 1, stack: stack.name, result: "proved" });
  return 0;
}

export async function toProduction(options: Options): Promise<number> {
  const record = await promote(await open("production", options.stack), { approvedBy: options.approvedBy, say: note });
  if (options.json) printJson<"promotion">(record);
  note(`Production: ${record.result}`);
  return record.result === "promoted" ? 0 : 1;
}
