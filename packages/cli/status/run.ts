import { note } from "@ghrunners/core/terminal";
import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { renderStatus } from "./render";
import { hasChoice, isSeen, settledStatusOf, statusOf } from "./status";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
}

export async function status(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  const isSettled = (report: Parameters<typeof isSeen>[0]): boolean => isSeen(report) && hasChoice(report);
  const report = options.wait ? await settledStatusOf(stack, note, isSettled) : await statusOf(stack);
  if (options.json) printJson<"status">(report);
  else print(renderStatus(report));
  return report.healthy ? 0 : 1;
}
