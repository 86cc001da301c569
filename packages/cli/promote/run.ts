import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { promote } from "./production";
import { updateStaging } from "./staging";

interface Options {
  readonly stack?: string;
  readonly approvedBy?: string;
  readonly json?: boolean;
}

export async function toStaging(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  await updateStaging(stack, note);
  if (options.json) printJson<"promote-staging">({ version: 1, stack: stack.name, result: "proved" });
  return 0;
}

export async function toProduction(options: Options): Promise<number> {
  const record = await promote(await currentStack(options.stack), { approvedBy: options.approvedBy, say: note });
  if (options.json) printJson<"promotion">(record);
  note(`Production: ${record.result}`);
  return record.result === "promoted" ? 0 : 1;
}
