import { print, printJson, WrongUse } from "../command";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { currentStack } from "../pulumi/stack";
import { secondsOf } from "../duration";
import { operator } from "../operator";
import { note } from "@ghrunners/core/terminal";
import { decide, runnerMeant } from "./plan";
import { renderReport, reportOf } from "./report";
import { carryOut, entriesOf, openTarget, readView } from "./target";

interface StartOptions {
  readonly stack?: string;
  readonly for: string;
  readonly reason: string;
  readonly extend: boolean;
  readonly force?: string;
  readonly dryRun: boolean;
  readonly json?: boolean;
}

export async function start(given: string, options: StartOptions): Promise<number> {
  const reason = options.reason.trim();
  if (reason === "") throw new WrongUse("--reason is empty. Expected why the runner is taken out of service.");
  const seconds = secondsOf(options.for, "a maintenance", 7);
  const place = await openTarget(await currentStack(options.stack));
  const { name } = runnerMeant(place.settings.runners, given);
  const by = operator();
  const wish = { runner: name, seconds, reason, by, extend: options.extend, force: options.force };
  const seen = await readView(place);
  const decision = decide(wish, seen.runners, entriesOf(seen), new Date());
  if (decision.kind === "refuse") throw new Error(decision.why);
  const { entry, isNew } = decision;
  const waitSeconds = place.settings.safety.drainTimeoutMinutes * 60;
  if (options.dryRun) {
    const steps = [
      `${isNew ? "write" : "keep"} the entry of ${name} until ${entry.until} in RUNNER_MAINTENANCE`,
      place.alertmanager === null ? "no silence: the stack has no monitoring host" : `silence its alerts until then`,
      `wait until no deployment is sent to it and it is idle, at most ${waitSeconds / 60} min`,
    ];
    if (options.json) {
      printJson<"maintenance-change">({ version: 1, runners: [name], until: entry.until, applied: false, steps });
    } else {
      process.stdout.write(`${steps.map((step, index) => `${index + 1}. ${step}`).join("\n")}\nNothing was changed.\n`);
    }
    return 0;
  }
  if (!isNew) note(`${name} is already in maintenance: resuming`);
  await carryOut(place, { verb: "start", entry, waitSeconds });
  if (options.json) {
    printJson<"maintenance-change">({ version: 1, runners: [name], until: entry.until, applied: true, steps: [] });
  } else {
    process.stdout.write(`${name} is idle and in maintenance until ${entry.until}. It may be worked on.\n`);
  }
  return 0;
}

export async function end(
  given: string | undefined,
  options: { stack?: string; all: boolean; json?: boolean },
): Promise<number> {
  if ((given === undefined) !== options.all) throw new WrongUse("Expected a runner or --all.");
  const place = await openTarget(await currentStack(options.stack));
  const { runners } = place.settings;
  const names = given === undefined ? runners.map(({ name }) => name) : [runnerMeant(runners, given).name];
  const seen = options.all ? maintenances.parse((await readView(place)).variable ?? undefined, new Date()) : undefined;
  await carryOut(place, { verb: "end", runners: names, evenUnreadable: seen?.known === false });
  if (options.json) {
    printJson<"maintenance-change">({ version: 1, runners: names, until: null, applied: true, steps: [] });
  } else {
    process.stdout.write(`${names.join(" and ")}: in service.\n`);
  }
  return 0;
}

export async function show(options: { stack?: string; json?: boolean }): Promise<number> {
  const place = await openTarget(await currentStack(options.stack));
  const seen = await readView(place);
  const report = reportOf(place.settings.environment, seen.runners, entriesOf(seen), seen.silences);
  if (options.json) printJson<"maintenance">(report);
  else print(renderReport(report));
  return 0;
}
