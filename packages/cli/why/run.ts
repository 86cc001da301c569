import { poll } from "@ghrunners/core/until";
import { print, printJson } from "../command";
import { readState } from "../drift/drift";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import type { WhyAnswer } from "./facts";
import { judge } from "./judge";
import { observeRun } from "./observe-run";
import { renderWhy } from "./render";
import { runMeant } from "./run-meant";

/** GitHub gives a job to an idle runner within seconds: only one that still waits then is not taken. */
const CONFIRM = { limitMs: 15_000, pauseMs: 3_000 };

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

export async function why(given: string | undefined, options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  const [settings, state] = await Promise.all([settingsOf(stack), readState(stack).catch(() => undefined)]);
  const { url, repository } = settings.github;
  const run = given === undefined ? undefined : runMeant(given, `${url.replace(/\/+$/, "")}/${repository}`);
  const ask = async (): Promise<WhyAnswer> =>
    judge(await observeRun({ stack: stack.name, settings, made: state?.runners, run }));
  const answer = await poll(ask, ({ cause }) => cause.kind !== "not_taken", CONFIRM);
  if (options.json) printJson<"why">({ version: 1, ...answer });
  else print(renderWhy(answer));
  return answer.problem ? 1 : 0;
}
