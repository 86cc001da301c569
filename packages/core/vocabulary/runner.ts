/**
 * Names of a runner that more than one folder uses: labels, unit, user, folders. Pure data.
 */

/** What a runner is for within its environment: the primary runs the jobs, a secondary takes over. */
export const roles = ["primary", "secondary"] as const;
export type Role = (typeof roles)[number];

/**
 * Role and label of the runner on which the delivery workflows run, those that start this program. It runs no jobs of
 * the application, so it is not among {@link roles}: whoever chooses a runner for a deployment cannot see it.
 */
export const DELIVERY_ROLE = "delivery";

/** What a runner's machine can be for. */
export const machineRoles = [...roles, DELIVERY_ROLE] as const;
export type MachineRole = (typeof machineRoles)[number];

/** Unix user that runs jobs. It has no sudo rights and no login password. */
export const RUNNER_USER = "actions-runner";

/** Unix user that runs config.sh and never a job, so that no job can see its input, such as the registration token. */
export const SETUP_USER = "ghrunners-setup";

/** Folder of the runner installation, GitHub's own layout. Root owns everything in it except {@link JOB_FOLDERS}. */
export const RUNNER_HOME = "/opt/actions-runner";

/** Job hooks. They are outside RUNNER_HOME so that a job cannot rewrite them. */
export const HOOKS_FOLDER = "/usr/local/lib/ghrunners/hooks";

/** What the job-started hook allows: repository, events and refs. Root owns it. */
export const HOOK_POLICY_FILE = "/etc/ghrunners/job-policy.env";

/** Work folder below RUNNER_HOME, GitHub's default. */
export const WORK_FOLDER = "_work";

/** Folders below RUNNER_HOME that the user of jobs owns: the runner's own logs, and the work folder. */
export const JOB_FOLDERS = ["_diag", WORK_FOLDER] as const;

/** Unit that tries sudo as the operator; its timer has the same name. */
export const OPERATOR_SUDO_UNIT = "ghrunners-operator-sudo.service";

/** Search path of the runner and of jobs, as Debian gives it to services. */
export const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Oldest runner version that GitHub still lets register. Source: GitHub changelog, enforcement of 2026. */
export const MINIMUM_RUNNER_VERSION = "2.329.0";

/** GitHub's limit for a unit name made by svc.sh; a longer one gets a random suffix. Source: actions/runner svc.sh. */
export const MAXIMUM_UNIT_NAME_LENGTH = 150;

/** `rmnanney/PAWS360` and `runner-1` give `actions.runner.rmnanney-PAWS360.runner-1.service`, as svc.sh names it. */
export function runnerUnit(repository: string, runnerName: string): string {
  const clean = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, "-");
  return `actions.runner.${clean(repository)}.${clean(runnerName)}.service`;
}

/**
 * The labels a runner is registered with: exactly these, without GitHub's defaults. A delivery runner serves every
 * stack, so it has no environment's label.
 */
export function runnerLabels(environment: string, role: MachineRole, extra: readonly string[] = []): string[] {
  const own = role === DELIVERY_ROLE ? [role] : [environment, role];
  return ["self-hosted", "linux", "x64", ...own, ...extra];
}

/** The workflow of this project that proves a runner; a repository may name another one. */
export const SMOKE_WORKFLOW = "runner-smoke.yml";
