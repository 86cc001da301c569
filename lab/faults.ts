/** What a fault is done to: a machine (by role, name or VMID), a runner, or a whole service. */
export type FaultTarget = "machine" | "runner" | "service";

/** One fault of the laboratory, as a person names it. */
export interface LabFault {
  readonly name: string;
  /** Service whose administration carries it out. */
  readonly service: "proxmox" | "github";
  readonly target: FaultTarget;
  /** Name at the service's administration; default: the same. */
  readonly adminName?: string;
  /** Parameters `key=value` with their default; undefined = must be given. */
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  readonly about: string;
  /** Command that mends it, where it is no state that ends; default: `npm run lab -- fault clear`. */
  readonly mendedBy?: string;
}

/** Every fault by command: `npm run lab -- fault NAME [TARGET] [key=value ...]`. */
export const faults: readonly LabFault[] = [
  {
    name: "stop",
    service: "proxmox",
    target: "machine",
    parameters: {},
    about: "power cut: the machine is off at once",
  },
  {
    name: "freeze",
    service: "proxmox",
    target: "machine",
    parameters: {},
    about: "every process of the machine is frozen",
  },
  {
    name: "cut-link",
    service: "proxmox",
    adminName: "link-down",
    target: "machine",
    parameters: {},
    about: "the machine's network cable is pulled",
  },
  {
    name: "fill-disk",
    service: "proxmox",
    adminName: "disk-full",
    target: "machine",
    parameters: {},
    about: "the machine's disk is full",
  },
  {
    name: "hang-listener",
    service: "github",
    adminName: "runner-hang",
    target: "runner",
    parameters: {},
    about: "the listener runs and the unit is active, but it does not communicate with GitHub",
  },
  {
    name: "ghost-busy",
    service: "github",
    adminName: "runner-ghost-busy",
    target: "runner",
    parameters: {},
    about: "GitHub shows the runner busy without a job, until its service is restarted",
  },
  {
    name: "api-offline",
    service: "github",
    adminName: "runner-api-offline",
    target: "runner",
    parameters: {},
    about: "GitHub shows the runner offline although it works",
  },
  {
    name: "version-deprecated",
    service: "github",
    adminName: "runner-version-deprecated",
    target: "runner",
    parameters: {},
    about: "GitHub gives no more jobs to the version that this runner has now",
  },
  {
    name: "session-conflict",
    service: "github",
    adminName: "runner-session-conflict",
    target: "runner",
    parameters: {},
    about: "GitHub says that another listener uses this registration",
  },
  {
    name: "registration-deleted",
    service: "github",
    adminName: "runner-registration-deleted",
    target: "runner",
    parameters: {},
    about: "GitHub deletes the runner's registration; pulumi up --refresh makes another one",
    mendedBy: "npm run lab -- exec -- pulumi up --yes --skip-preview --refresh",
  },
  {
    name: "github-down",
    service: "github",
    adminName: "down",
    target: "service",
    parameters: {},
    about: "GitHub does not answer",
  },
  {
    name: "github-slow",
    service: "github",
    adminName: "slow",
    target: "service",
    parameters: { milliseconds: 2000 },
    about: "GitHub answers late",
  },
  {
    name: "clock-skew",
    service: "github",
    target: "service",
    parameters: { offsetSeconds: 600 },
    about: "the clocks of all hosts differ from GitHub's",
  },
  {
    name: "github-500",
    service: "github",
    adminName: "http-500",
    target: "service",
    parameters: { count: 3, match: "" },
    about: "GitHub answers 500 for the next `count` requests",
  },
  {
    name: "github-500-after-commit",
    service: "github",
    adminName: "http-500-after-commit",
    target: "service",
    parameters: { count: 1, match: "" },
    about: "GitHub performs the write, then answers 500",
  },
  {
    name: "github-rate-limited",
    service: "github",
    adminName: "rate-limited",
    target: "service",
    parameters: { seconds: 30 },
    about: "the primary rate limit is used up",
  },
  {
    name: "github-secondary-rate-limited",
    service: "github",
    adminName: "secondary-rate-limited",
    target: "service",
    parameters: {},
    about: "the secondary rate limit is hit: too many requests at once",
  },
  {
    name: "github-token-expired",
    service: "github",
    adminName: "token-expired",
    target: "service",
    parameters: { login: "operator" },
    about: "GitHub refuses the operator's token",
  },
  {
    name: "github-permission-removed",
    service: "github",
    adminName: "permission-removed",
    target: "service",
    parameters: { login: "operator", permission: "administration" },
    about: "the operator's token lacks a permission",
  },
  {
    name: "github-repository-public",
    service: "github",
    adminName: "repository-public",
    target: "service",
    parameters: {},
    about: "the repository is shown as public",
  },
  {
    name: "github-repository-renamed",
    service: "github",
    adminName: "repository-renamed",
    target: "service",
    parameters: { to: "demo-app-renamed" },
    about: "the repository has another name; GitHub redirects requests to the former one",
  },
  {
    name: "github-repository-runners-disabled",
    service: "github",
    adminName: "repository-runners-disabled",
    target: "service",
    parameters: {},
    about: "an organization's policy forbids runners of a repository",
  },
  {
    name: "github-registration-token-expired",
    service: "github",
    adminName: "registration-token-expired",
    target: "service",
    parameters: {},
    about: "a registration token has expired by the time a host uses it",
  },
  {
    name: "version-deadline",
    service: "github",
    target: "service",
    parameters: { version: "2.336.0", days: 5 },
    about: "GitHub announces that a version gets no more jobs in `days` days",
  },
  {
    name: "github-plan",
    service: "github",
    adminName: "billing-plan",
    target: "service",
    parameters: { plan: "free" },
    about: "the repository's owner has a smaller plan: free, pro, team or enterprise",
  },
  {
    name: "proxmox-500",
    service: "proxmox",
    adminName: "http-500",
    target: "service",
    parameters: { count: 3, match: "", skip: 0 },
    about: "Proxmox VE answers 500 for `count` requests, after the next `skip`",
  },
  {
    name: "proxmox-locked",
    service: "proxmox",
    adminName: "locked",
    target: "machine",
    parameters: {},
    about: "the VM is locked (a backup runs)",
  },
  {
    name: "proxmox-slow-task",
    service: "proxmox",
    adminName: "slow-task",
    target: "service",
    parameters: { seconds: 10 },
    about: "every task takes this long",
  },
  {
    name: "proxmox-token-expired",
    service: "proxmox",
    adminName: "token-expired",
    target: "service",
    parameters: { id: "pulumi@pve!ghrunners" },
    about: "Proxmox VE refuses the API token",
  },
  {
    name: "proxmox-privilege-removed",
    service: "proxmox",
    adminName: "privilege-removed",
    target: "service",
    parameters: { id: "pulumi@pve!ghrunners", privilege: "VM.Clone" },
    about: "the API token lacks a privilege",
  },
];
