import { runOnHost } from "@ghrunners/lab/hosts/index";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { primary, secondary } from "@ghrunners/lab/driver/rehearsal";
import { registerElsewhere } from "@ghrunners/lab/driver/foreign-runner";
import { breakSources, offerUpdate, withdrawUpdates } from "@ghrunners/lab/driver/offered-updates";

/** A state of the laboratory that sections of the runbooks are for. */
export interface RunbookState {
  /** Brings the state about. */
  readonly begin: (rehearsal: Rehearsal) => Promise<unknown>;
  /** What no command of a runbook can do: the outside cause ends, or a click at GitHub. Runs before the fix. */
  readonly repair?: (rehearsal: Rehearsal) => Promise<unknown>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** A fault of the laboratory, which ends before the fix. */
const fault = (...words: string[]): RunbookState => ({
  begin: (rehearsal) => rehearsal.labCommand("fault", ...words),
  repair: (rehearsal) => rehearsal.labCommand("fault", "clear", ...words),
});

const unitOf = (name: string): string => `actions.runner.octo-org-demo-app.${name}.service`;
const stopUnit = (rehearsal: Rehearsal, { vmId, name }: { vmId: number; name: string }): Promise<string> =>
  rehearsal.inMachine(vmId, "systemctl", "stop", unitOf(name));

/** Runner ids at GitHub by name. */
async function runnerId(rehearsal: Rehearsal, name: string): Promise<number> {
  const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
  const found = data.runners.find((runner) => runner.name === name);
  if (found === undefined) throw new Error(`GitHub has no runner ${name}.`);
  return found.id;
}

const unknownRunner = "not-in-configuration";

/** Every state, in the order in which they are rehearsed. */
export const states: Readonly<Record<string, RunbookState>> = {
  healthy: { begin: nothing },
  "exporter-stopped": {
    begin: (rehearsal) =>
      rehearsal.inMachine(
        primary.vmId,
        "systemctl",
        "stop",
        "ghrunners-runner-exporter.service",
        "prometheus-node-exporter.service",
      ),
  },
  "switch-stopped": {
    begin: (rehearsal) =>
      runOnHost(rehearsal.lab.instance, "monitoring", "systemctl stop ghrunners-failover-switch.service"),
  },
  "api-offline": fault("api-offline", "primary"),
  "ghost-busy": fault("ghost-busy", "primary"),
  "listener-hung": fault("hang-listener", "primary"),
  "disk-full": fault("fill-disk", "primary"),
  "github-down": fault("github-down"),
  "repository-public": fault("github-repository-public"),
  "unknown-runner": {
    begin: async (rehearsal) => {
      await registerElsewhere(rehearsal, unknownRunner);
      // With the labels of production it takes production's jobs.
      await rehearsal.octokit.rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
        ...rehearsal.repository,
        runner_id: await runnerId(rehearsal, unknownRunner),
        labels: ["self-hosted", "linux", "x64", "lab", "primary"],
      });
    },
    repair: async (rehearsal) =>
      rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({
        ...rehearsal.repository,
        runner_id: await runnerId(rehearsal, unknownRunner),
      }),
  },
  "labels-changed": {
    begin: async (rehearsal) =>
      rehearsal.octokit.rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
        ...rehearsal.repository,
        runner_id: await runnerId(rehearsal, primary.name),
        labels: ["self-hosted", "linux", "x64", "anything"],
      }),
  },
  "protection-loosened": {
    begin: (rehearsal) =>
      rehearsal.octokit.rest.repos.createOrUpdateEnvironment({
        ...rehearsal.repository,
        environment_name: "lab",
        prevent_self_review: false,
        reviewers: [],
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      }),
  },
  "unit-stopped": { begin: (rehearsal) => stopUnit(rehearsal, primary) },
  // A name of the last year that there is, of a type that blocks every process that opens it.
  "log-folder-strange": {
    begin: (rehearsal) =>
      rehearsal.inMachine(
        primary.vmId,
        "runuser",
        "-u",
        "actions-runner",
        "--",
        "mkfifo",
        "/opt/actions-runner/_diag/Runner_99991231-000000-utc.log",
      ),
  },
  "update-pending": {
    begin: (rehearsal) => offerUpdate(rehearsal, primary),
    repair: (rehearsal) => withdrawUpdates(rehearsal, primary),
  },
  "restart-required": {
    begin: (rehearsal) => rehearsal.inMachine(primary.vmId, "touch", "/run/reboot-required"),
    repair: (rehearsal) => rehearsal.inMachine(primary.vmId, "rm", "/run/reboot-required"),
  },
  "updates-unknown": {
    begin: (rehearsal) => breakSources(rehearsal, primary),
    repair: (rehearsal) => withdrawUpdates(rehearsal, primary),
  },
  "both-units-stopped": {
    begin: (rehearsal) => Promise.all([stopUnit(rehearsal, primary), stopUnit(rehearsal, secondary)]),
  },
  // The fix starts the machine itself.
  "machine-stopped": { begin: (rehearsal) => rehearsal.labCommand("fault", "stop", "primary") },
};
