import { note } from "@ghrunners/core/terminal";
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { print, printJson, WrongUse } from "../command";
import { secondsOf } from "../duration";
import { type MaintenanceTarget, maintenanceRunners, openTarget, readView } from "../maintenance/target";
import type { MaintenanceRunner } from "../maintenance/views";
import { INTERRUPTED } from "../pulumi/interrupted";
import { currentStack, type Stack } from "../pulumi/stack";
import { patchRunner } from "./apply";
import { lookAt } from "./host";
import { orderOf, type PatchedRunner } from "./plan";
import { type PatchReport, renderPatch } from "./render";

interface Options {
  readonly stack?: string;
  readonly apply: boolean;
  readonly for: string;
  readonly force?: string;
  readonly json?: boolean;
}

/** What is known of each runner before anything is done. A host that does not answer has that as its problem. */
async function planned(target: MaintenanceTarget, runners: readonly MaintenanceRunner[]): Promise<PatchedRunner[]> {
  const view = await readView(target);
  const privateKey = target.settings.sshPrivateKey;
  return Promise.all(
    runners.map(async ({ runnerName: name, role, host, unit }) => {
      const problems = view.runners.find((each) => each.name === name)?.problems ?? [];
      const base = { name, role, result: "planned" as const, restarted: false };
      try {
        const { updates, restartRequired } = await lookAt({ host, unit, privateKey });
        return { ...base, problems: [...problems], updates, restartRequired };
      } catch (error) {
        return { ...base, problems: [...problems, (error as Error).message], updates: null, restartRequired: null };
      }
    }),
  );
}

interface Applied {
  readonly runners: PatchedRunner[];
  readonly problem: string | null;
}

/** One runner after the other; after a failure, the others stay as they are. */
async function apply(
  stack: Stack,
  target: MaintenanceTarget,
  work: readonly { readonly runner: MaintenanceRunner; readonly row: PatchedRunner }[],
  { seconds, force }: { readonly seconds: number; readonly force: string | undefined },
): Promise<Applied> {
  const runners: PatchedRunner[] = [];
  let problem: string | null = null;
  /** The runner that is out of service, and until when. */
  let away: { readonly name: string; readonly until: string } | undefined;
  const next = (name: string): string => `Next: ghrunners patch ${name} --apply, or ghrunners maintenance end ${name}`;
  const onInterrupt = (): void => {
    note(
      away === undefined
        ? "Interrupted. Nothing was changed."
        : `Interrupted: ${away.name} is in maintenance until ${away.until}, and its machine ends what it has begun. ${next(away.name)}`,
    );
    process.exit(INTERRUPTED);
  };
  process.once("SIGINT", onInterrupt);
  try {
    for (const { runner, row } of work) {
      if (problem !== null) {
        runners.push({ ...row, result: "not-begun" });
        continue;
      }
      const begun = (until: string): void => void (away = { name: row.name, until });
      try {
        const restarted = await patchRunner({ stack, target, runner, seconds, force, begun });
        runners.push({ ...row, result: "patched", restarted });
      } catch (error) {
        const { message } = error as Error;
        const stays = away === undefined ? "" : `\nIt stays in maintenance until ${away.until}. ${next(row.name)}`;
        problem = `${row.name}: ${message}${stays}`;
        runners.push({ ...row, result: "failed" });
      }
      away = undefined;
    }
  } finally {
    process.off("SIGINT", onInterrupt);
  }
  return { runners, problem };
}

export async function patch(given: readonly string[], options: Options): Promise<number> {
  if (options.force !== undefined && options.force !== FORCE_WORDS)
    throw new WrongUse(`--force is "${options.force}". Expected the sentence "${FORCE_WORDS}".`);
  const seconds = secondsOf(options.for, "a maintenance", 1);
  const stack = await currentStack(options.stack);
  const target = await openTarget(stack);
  const named = maintenanceRunners(target).map((runner) => ({ name: runner.runnerName, role: runner.role, runner }));
  const chosen = orderOf(named, given).map(({ runner }) => runner);
  const rows = await planned(target, chosen);
  const work = chosen.flatMap((runner, index) => {
    const row = rows[index];
    return row === undefined ? [] : [{ runner, row }];
  });
  const { runners, problem } = options.apply
    ? await apply(stack, target, work, { seconds, force: options.force })
    : { runners: rows, problem: null };
  const report: PatchReport = { version: 1, stack: stack.name, applied: options.apply, runners, problem };
  if (options.json) printJson<"patch">(report);
  else print(renderPatch(report));
  return problem === null ? 0 : 1;
}
