import { print, printJson, WrongUse } from "../command";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Settings } from "@ghrunners/config/parse";
import { maintenances, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { readState } from "../drift/drift";
import type { StackState } from "../drift/state";
import { monitoringUrls } from "../monitoring/address";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { secondsOf } from "../duration";
import { operator } from "../operator";
import { note } from "@ghrunners/core/terminal";
import { change, type ChangeInput } from "./change";
import { readMaintenanceView, type MaintenanceView } from "./collect";
import { decide, runnerMeant } from "./plan";
import { renderReport, reportOf } from "./report";

interface MaintenanceTarget {
  /** Runners as the state has them. */
  readonly made: StackState["runners"];
  readonly settings: Settings;
  readonly alertmanager: string | null;
  readonly github: ChangeInput["github"];
}

async function open(options: { stack?: string }): Promise<MaintenanceTarget> {
  const stack = await currentStack(options.stack);
  const settings = await settingsOf(stack);
  if (settings.hosts === "skip")
    throw new Error(
      `The stack ${stack.name} has machines without guests (hosts: skip): no runner can be in maintenance.`,
    );
  const { url, repository } = settings.github;
  return {
    made: (await readState(stack)).runners,
    settings,
    alertmanager: monitoringUrls(settings)?.alertmanager ?? null,
    github: { url, repository, token: settings.githubToken },
  };
}

function readView({ settings, alertmanager, github, made }: MaintenanceTarget): Promise<MaintenanceView> {
  const runners = settings.runners.flatMap(({ name, role }) => {
    const found = made.find((runner) => runner.name === name);
    if (found === undefined) return [];
    const labels = runnerLabels(settings.environment, role, settings.agent.extraLabels);
    const { id: runnerId, version, unit, host } = found;
    return [{ runnerName: name, role, runnerId, labels, version, unit, host }];
  });
  return readMaintenanceView({ github, sshPrivateKey: settings.sshPrivateKey, runners, alertmanager });
}

function entriesOf({ variable }: MaintenanceView): readonly Maintenance[] {
  const seen = maintenances.parse(variable ?? undefined, new Date());
  if (!seen.known) throw new Error(`${seen.problem} Next: ${maintenances.repair}`);
  return seen.entries;
}

const carryOut = (
  { settings, alertmanager, github }: MaintenanceTarget,
  wanted: ChangeInput["change"],
): Promise<void> => change({ github, environment: settings.environment, alertmanager, change: wanted });

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
  const place = await open(options);
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
  const place = await open(options);
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
  const place = await open(options);
  const seen = await readView(place);
  const report = reportOf(place.settings.environment, seen.runners, entriesOf(seen), seen.silences);
  if (options.json) printJson<"maintenance">(report);
  else print(renderReport(report));
  return 0;
}
