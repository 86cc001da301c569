import pc from "picocolors";
import { note } from "@ghrunners/core/terminal";
import { print, printJson } from "../command";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { watch } from "../watch";
import { renderStatus } from "./render";
import type { StatusReport } from "./report";
import { hasChoice, isSeen, settledStatusOf, statusBy, statusOf } from "./status";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly watch?: boolean;
  /** Seconds between two looks. */
  readonly every: number;
}

/** What counts as a change: not the time, and not that the failover switch confirmed its choice. */
function essence({ choice, ...rest }: StatusReport): unknown {
  return { ...rest, at: null, choice: choice === null ? null : { ...choice, decidedAt: null, expiresAt: null } };
}

async function watchStatus(stack: Stack, { json, every }: Options): Promise<never> {
  const settings = await settingsOf(stack);
  const redraw = !json && process.stdout.isTTY;
  const show = (report: StatusReport): void => {
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else print(`${renderStatus(report)}${pc.dim(`Seen ${report.at}, again every ${every} s. Ctrl-C ends it.`)}\n`);
  };
  return watch({ look: () => statusBy(stack.name, settings), show, essence, everyMs: every * 1000, redraw });
}

export async function status(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  if (options.watch) return watchStatus(stack, options);
  const isSettled = (report: StatusReport): boolean => isSeen(report) && hasChoice(report);
  const report = options.wait ? await settledStatusOf(stack, note, isSettled) : await statusOf(stack);
  if (options.json) printJson<"status">(report);
  else print(renderStatus(report));
  return report.healthy ? 0 : 1;
}
