/**
 * Files that the installation puts on a host. Pure.
 */
import { HOOK_POLICY_FILE, HOOKS_FOLDER, RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { quote } from "@ghrunners/core/ssh/render-script";
import type { JobPolicy, RunnerArchive } from "./agent";

/**
 * Drop-in for the unit that svc.sh makes. GitHub's unit has no Restart=, so a listener that ends stays down.
 * The hardening leaves jobs what they need: their home, their work folder, the network, sub-processes of any kind.
 *
 * @param stopMinutes how long a stop waits for the running job
 */
export function renderDropIn(stopMinutes: number): string {
  return `[Unit]
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Restart=always
RestartSec=5
TimeoutStopSec=${stopMinutes}min
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
PrivateTmp=yes
`;
}

/** The job policy as shell variables: the hook reads it with `source`. One value per line in a list. */
export function renderPolicy({ repository, events, refs }: JobPolicy): string {
  return `ALLOWED_REPOSITORY=${quote(repository)}
ALLOWED_EVENTS=${quote(events.join("\n"))}
ALLOWED_REFS=${quote(refs.join("\n"))}
`;
}

/** The lines of the runner's .env that are ours. Source: GitHub, "Running scripts before or after a job". */
export function renderEnvironment(): string {
  return `ACTIONS_RUNNER_HOOK_JOB_STARTED=${HOOKS_FOLDER}/job-started.sh
ACTIONS_RUNNER_HOOK_JOB_COMPLETED=${HOOKS_FOLDER}/job-completed.sh
`;
}

/**
 * Parameters of scripts/agent.sh.
 *
 * @param machine MAC address of the machine
 */
export function agentParameters(
  args: { version: string; unit: string; jobs: JobPolicy; drainTimeoutMinutes: number },
  archive: RunnerArchive,
  machine: string,
  hooks: { jobStarted: string; jobCompleted: string },
): Record<string, string> {
  return {
    MACHINE: machine,
    VERSION: args.version,
    ARCHIVE_URL: archive.url,
    ARCHIVE_SHA256: archive.sha256,
    UNIT: args.unit,
    RUNNER_USER,
    RUNNER_HOME,
    HOOKS_FOLDER,
    POLICY_FILE: HOOK_POLICY_FILE,
    DROP_IN: renderDropIn(args.drainTimeoutMinutes),
    POLICY: renderPolicy(args.jobs),
    ENVIRONMENT: renderEnvironment(),
    HOOK_JOB_STARTED: hooks.jobStarted,
    HOOK_JOB_COMPLETED: hooks.jobCompleted,
  };
}
