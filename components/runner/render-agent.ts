/**
 * Files that the installation puts on a host. Pure.
 */
import { PROMOTIONS_FOLDER, PROMOTIONS_VARIABLE } from "@ghrunners/core/vocabulary/delivery";
import {
  HOOK_POLICY_FILE,
  HOOKS_FOLDER,
  JOB_FOLDERS,
  RUNNER_HOME,
  RUNNER_USER,
  SEARCH_PATH,
  SETUP_USER,
} from "@ghrunners/core/vocabulary/runner";
import { quote } from "@ghrunners/core/ssh/render-script";
import { ports } from "@ghrunners/core/vocabulary/ports";
import type { RunnerArchive } from "./runner-archive";

/** Which jobs the job-started hook allows. */
export interface JobPolicy {
  /** `owner/name`. */
  readonly repository: string;
  /** Names of events, such as push. */
  readonly events: readonly string[];
  /** Patterns of refs; `*` matches any text. */
  readonly refs: readonly string[];
}

/**
 * The runner's unit, modelled on the template of GitHub's svc.sh. Two differences: processes that a job left running
 * end with the unit (KillMode), and the program is started from a folder that root owns.
 */
export function renderUnit(runnerName: string): string {
  return `[Unit]
Description=GitHub Actions Runner (${runnerName})
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${RUNNER_HOME}/bin/runsvc.sh
User=${RUNNER_USER}
WorkingDirectory=${RUNNER_HOME}
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=5min

[Install]
WantedBy=multi-user.target
`;
}

/**
 * Drop-in for the runner's unit. GitHub's unit has no Restart=, so a listener that ends would stay down. The hardening
 * leaves jobs what they need: their home, their work folder, the network, sub-processes of any kind, devices. So no
 * option may restrict devices. ProtectClock is therefore not used: before systemd 253 and the later 252 releases, as in
 * Ubuntu 22.04, it hides /dev/kvm, /dev/fuse and /dev/net/tun (systemd#18142), and it forbids reading the clock's state
 * (#26413). A job cannot set the clock anyway: its user has no capability.
 *
 * A start cleans up as the hooks do: a job can leave what makes the runner fail before it comes to a hook.
 * The last lines are enforced by the kernel where systemd may load its filters, as on any virtual machine: no job
 * answers in the exporters' place, also while one of them is down, and none reaches a host that only the host's own
 * services need.
 *
 * @param stopMinutes how long a stop waits for the running job
 * @param closed IPv4 addresses that no job needs
 * @param delivers whether its jobs promote stacks: their records are kept outside the folders that are emptied
 */
export function renderDropIn(stopMinutes: number, closed: readonly string[] = [], delivers = false): string {
  return `[Unit]
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
ExecStartPre=-/usr/bin/bash -e ${HOOKS_FOLDER}/job-completed.sh
Restart=always
RestartSec=5
TimeoutStopSec=${stopMinutes}min
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
PrivateTmp=yes
SocketBindDeny=tcp:${ports.nodeExporter}-${ports.runnerExporter}
${closed.length === 0 ? "" : `IPAddressDeny=${closed.join(" ")}\n`}${delivers ? renderRecords() : ""}`;
}

const renderRecords = (): string => `StateDirectory=${PROMOTIONS_FOLDER}
StateDirectoryMode=0700
Environment=${PROMOTIONS_VARIABLE}=/var/lib/${PROMOTIONS_FOLDER}
`;

/** The job policy as shell variables: the hook reads it with `source`. One value per line in a list. */
export function renderPolicy({ repository, events, refs }: JobPolicy): string {
  return `ALLOWED_REPOSITORY=${quote(repository)}
ALLOWED_EVENTS=${quote(events.join("\n"))}
ALLOWED_REFS=${quote(refs.join("\n"))}
`;
}

/** The runner's .env. Source: GitHub, "Running scripts before or after a job". */
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
  args: { unit: string; jobs: JobPolicy; closed: readonly string[]; delivers?: boolean; drainTimeoutMinutes: number },
  archive: RunnerArchive,
  machine: string,
  hooks: { jobStarted: string; jobCompleted: string; jobTraces: string },
): Record<string, string> {
  return {
    MACHINE: machine,
    VERSION: archive.version,
    ARCHIVE_URL: archive.url,
    ARCHIVE_SHA256: archive.sha256,
    UNIT: args.unit,
    RUNNER_USER,
    SETUP_USER,
    RUNNER_HOME,
    JOB_FOLDERS: JOB_FOLDERS.join(" "),
    SEARCH_PATH,
    HOOKS_FOLDER,
    POLICY_FILE: HOOK_POLICY_FILE,
    DROP_IN: renderDropIn(args.drainTimeoutMinutes, args.closed, args.delivers),
    POLICY: renderPolicy(args.jobs),
    ENVIRONMENT: renderEnvironment(),
    HOOK_JOB_STARTED: hooks.jobStarted,
    HOOK_JOB_COMPLETED: hooks.jobCompleted,
    HOOK_JOB_TRACES: hooks.jobTraces,
  };
}
