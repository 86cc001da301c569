/** What a maintenance works on: the stack, its runners and where maintenances are recorded. */
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { Settings } from "@ghrunners/config/parse";
import { maintenances, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { readState } from "../drift/drift";
import type { StackState } from "../drift/state";
import { monitoringUrls } from "../monitoring/address";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { change, type ChangeInput } from "./change";
import { readMaintenanceView, type MaintenanceView } from "./collect";
import type { MaintenanceRunner } from "./views";

/** A stack whose runners may be taken out of service. */
export interface MaintenanceTarget {
  /** Runners as the state has them. */
  readonly made: StackState["runners"];
  readonly settings: Settings;
  readonly alertmanager: string | null;
  readonly github: ChangeInput["github"];
}

/** @throws Error for a stack whose machines have no guests */
export async function openTarget(stack: Stack): Promise<MaintenanceTarget> {
  const settings = await settingsOf(stack);
  if (settings.hosts === "skip")
    throw new Error(
      `The stack ${stack.name} has machines without guests (hosts: skip): no runner can be in maintenance.`,
    );
  return {
    made: (await readState(stack)).runners,
    settings,
    alertmanager: monitoringUrls(settings)?.alertmanager ?? null,
    github: { ...settings.github, token: settings.githubToken },
  };
}

/** The runners of the stack, as its state and its configuration have them. */
export function maintenanceRunners({ settings, made }: MaintenanceTarget): MaintenanceRunner[] {
  return settings.runners.flatMap(({ name, role }) => {
    const found = made.find((runner) => runner.name === name);
    if (found === undefined) return [];
    const labels = runnerLabels(settings.environment, role, settings.agent.extraLabels);
    const { id: runnerId, version, unit, host } = found;
    return [{ runnerName: name, role, runnerId, labels, version, unit, host }];
  });
}

export function readView(target: MaintenanceTarget): Promise<MaintenanceView> {
  const { settings, alertmanager, github } = target;
  const runners = maintenanceRunners(target);
  return readMaintenanceView({ github, sshPrivateKey: settings.sshPrivateKey, runners, alertmanager });
}

/** The entries of RUNNER_MAINTENANCE. @throws Error if the variable cannot be read */
export function entriesOf({ variable }: MaintenanceView): readonly Maintenance[] {
  const seen = maintenances.parse(variable ?? undefined, new Date());
  if (!seen.known) throw new Error(`${seen.problem} Next: ${maintenances.repair}`);
  return seen.entries;
}

/** Starts or ends a maintenance; a start waits until the runner is idle. */
export const carryOut = (
  { settings, alertmanager, github }: MaintenanceTarget,
  wanted: ChangeInput["change"],
): Promise<void> => change({ github, environment: settings.environment, alertmanager, change: wanted });
