/**
 * What `ghrunners doctor` says under each fault of the lab. Faults that do not hide each other are set together. Data:
 * a rehearsal holds it to what is seen, and docs/how-to/doctor.md shows it.
 */

export interface DoctorCase {
  /** A fault of `npm run lab -- fault list`. */
  readonly fault: string;
  /** Machine or runner that it is done to. */
  readonly role?: "primary" | "secondary";
  /** `STATE CHECK` of each check that reports the fault, with the role if there is one; empty: no check does. */
  readonly tells: readonly string[];
  /** Part of the next command of the first check; the reason where nothing is told. */
  readonly next: string;
  /** Whether that command mends it, and how this was seen. */
  readonly mends: string;
}

const withIt = "the doctor is silent again when the fault ends";

/** Rounds of faults that are set together. */
export const doctorRounds: readonly (readonly DoctorCase[])[] = [
  [
    {
      fault: "fill-disk",
      role: "secondary",
      tells: ["problem runner-disk"],
      next: "sudo du -xh --max-depth 2 /",
      mends: "by hand: it shows what to remove",
    },
    {
      fault: "proxmox-locked",
      role: "primary",
      tells: ["warning runner-machine"],
      next: "qm unlock 151",
      mends: "on the node; a backup ends by itself",
    },
    {
      fault: "proxmox-privilege-removed",
      tells: ["problem proxmox-privileges"],
      next: "ghrunners setup proxmox",
      mends: "yes ([your first day](../tutorial/first-day.md) gives every privilege by it)",
    },
    {
      fault: "github-plan",
      tells: ["problem github-settings"],
      next: "pulumi config rm",
      mends: "not run: which of the two is a decision",
    },
    {
      fault: "version-deadline",
      tells: ["problem runner-version"],
      next: "'ghrunners:agent.version' VERSION",
      mends: "yes (`test/rehearsal/long/version.test.ts`)",
    },
    {
      fault: "ghost-busy",
      role: "primary",
      tells: ["warning runner-registered"],
      next: "sudo systemctl restart actions.runner.",
      mends: "yes: the test runs it",
    },
    { fault: "github-slow", tells: [], next: "answers that come late are waited for", mends: "-" },
    { fault: "proxmox-slow-task", tells: [], next: "the doctor starts no task", mends: "-" },
    {
      fault: "proxmox-upgraded",
      tells: [],
      next: "a machine that becomes another instance keeps its host keys (`machine-replacement.test.ts`)",
      mends: "-",
    },
    { fault: "github-500-after-commit", tells: [], next: "the doctor writes nothing", mends: "-" },
    {
      fault: "session-conflict",
      role: "secondary",
      tells: [],
      next: "a listener that is at work keeps its session",
      mends: "-",
    },
    {
      fault: "github-registration-token-expired",
      tells: [],
      next: "the doctor requests no registration token",
      mends: "`pulumi up` requests another one",
    },
    {
      fault: "github-repository-runners-disabled",
      tells: [],
      next: "the lab's token may not see the policy, and a registration shows it: `pulumi preview`",
      mends: "-",
    },
  ],
  [
    { fault: "clock-skew", tells: ["problem github-clock"], next: "timedatectl set-ntp true", mends: withIt },
    {
      fault: "proxmox-token-expired",
      tells: ["problem proxmox-token"],
      next: "pulumi config set --stack STACK --secret ghrunners:proxmoxToken",
      mends: "not run: it takes a new token",
    },
    {
      fault: "github-repository-public",
      tells: ["problem github-repository"],
      next: "ghrunners:safety.allowPublicRepository",
      mends: "not run: it accepts the danger",
    },
  ],
  [
    {
      fault: "hang-listener",
      role: "secondary",
      tells: ["problem runner-registered"],
      next: "sudo systemctl restart actions.runner.",
      mends: "yes: the test runs it",
    },
    {
      fault: "api-offline",
      role: "primary",
      tells: ["problem runner-registered"],
      next: "sudo systemctl restart actions.runner.",
      mends: `no: GitHub is wrong, and ${withIt}`,
    },
  ],
  [
    {
      fault: "version-deprecated",
      role: "secondary",
      tells: ["problem runner-unit"],
      next: "'ghrunners:agent.version' VERSION",
      mends: "yes (`test/rehearsal/long/version.test.ts`)",
    },
    {
      fault: "github-repository-renamed",
      tells: ["problem github-repository"],
      next: "'ghrunners:github.repository' octo-org/demo-app-renamed",
      mends: "yes (`test/engine/program/repository.engine.test.ts`)",
    },
    {
      fault: "github-permission-removed",
      tells: ["problem github-runners"],
      next: "add that permission to the token",
      mends: withIt,
    },
  ],
  [
    {
      fault: "exhaust-inodes",
      role: "primary",
      tells: ["problem runner-inodes"],
      next: "sudo du -x --inodes --max-depth 2 /",
      mends: "by hand: it shows where the many files are",
    },
    {
      fault: "stop-ssh",
      role: "secondary",
      tells: ["problem runner-ssh"],
      next: "look at the VM's console, then pulumi up --stack STACK --refresh",
      mends: "by hand: start `ssh.service` there",
    },
  ],
  [
    {
      fault: "break-sudo",
      role: "secondary",
      tells: ["problem runner-sudo"],
      next: "pulumi up --stack STACK --replace 'urn:pulumi:",
      mends: "yes: `machine-replacement.test.ts` runs it, and the machine is made anew",
    },
    {
      fault: "close-work-folder",
      role: "primary",
      tells: ["problem runner-work-folder"],
      next: "pulumi up --stack STACK --replace 'urn:pulumi:",
      mends: "yes: `machine-replacement.test.ts` runs it, and the machine is made anew",
    },
  ],
  [
    {
      fault: "freeze",
      role: "primary",
      tells: ["problem runner-ssh"],
      next: "look at the VM's console, then pulumi up --stack STACK --refresh",
      mends: `by hand: ${withIt}`,
    },
    {
      fault: "cut-link",
      role: "secondary",
      tells: ["problem runner-ssh"],
      next: "look at the VM's console, then pulumi up --stack STACK --refresh",
      mends: `by hand: ${withIt}`,
    },
  ],
  [
    {
      fault: "github-down",
      tells: ["unknown github-token"],
      next: "check ghrunners:github.url and the network in between",
      mends: withIt,
    },
    {
      fault: "proxmox-500",
      tells: ["unknown proxmox-token"],
      next: "the same command again",
      mends: "yes: the fault ends after three requests",
    },
  ],
  [
    {
      fault: "github-rate-limited",
      tells: ["problem github-rate-limit"],
      next: "the same command again after",
      mends: "yes: the limit ends by itself",
    },
  ],
  [
    {
      fault: "github-secondary-rate-limited",
      tells: ["unknown github-token"],
      next: "then the same command again",
      mends: withIt,
    },
  ],
  [
    {
      fault: "github-token-expired",
      tells: ["problem github-token"],
      next: "pulumi config set --stack STACK --secret ghrunners:githubToken",
      mends: "not run: it takes a new token",
    },
  ],
  [{ fault: "github-500", tells: [], next: "the request is sent again", mends: "-" }],
  [
    {
      fault: "stop",
      role: "secondary",
      tells: ["problem runner-machine"],
      next: "pulumi up --stack STACK --refresh",
      mends: "yes: the test runs it",
    },
    // With `stop`, whose command mends it too: nothing else ends it.
    {
      fault: "registration-deleted",
      role: "primary",
      tells: ["problem runner-unit"],
      next: "pulumi up --stack STACK --refresh",
      mends: "yes: the test runs it",
    },
  ],
];

/** The table of the document: one row for each fault. Pure. */
export function doctorTable(): string {
  const rows = doctorRounds.flat().map(({ fault, tells, next, mends }) => {
    const said = tells.length === 0 ? "nothing" : tells.map((each) => `\`${each}\``).join(", ");
    const command = tells.length === 0 ? next : `\`... ${next.replace(" --stack STACK", "")} ...\``;
    return `| \`${fault}\` | ${said} | ${command} | ${mends} |`;
  });
  return [
    "| fault | what `ghrunners doctor` says | next, or why nothing | does that mend it |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
