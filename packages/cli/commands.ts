/** The command tree by what a reader wants to do. */
import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  /** Heading of the help under which it stands. */
  readonly group: string;
  readonly summary: string;
  /** Loads the command's own file: its libraries are needed only when it is called. */
  readonly load: () => Command;
}

const LOOK = "Look:";
const DEPLOY = "Deploy:";
const OPERATE = "Operate:";
const REPAIR = "Repair:";

export const commands: readonly CommandEntry[] = [
  {
    name: "status",
    group: LOOK,
    summary: "machines, runners, environment, monitoring and what differs from the configuration",
    load: () => (require("./status/command") as typeof import("./status/command")).command(),
  },
  {
    name: "alerts",
    group: LOOK,
    summary: "alerts that fire or are pending",
    load: () => (require("./alerts/command") as typeof import("./alerts/command")).command(),
  },
  {
    name: "gate",
    group: LOOK,
    summary: "which runner deploys next, and why",
    load: () => (require("./gate/command") as typeof import("./gate/command")).command(),
  },
  {
    name: "drift",
    group: LOOK,
    summary: "what differs between state, GitHub and hosts, and the command that repairs it",
    load: () => (require("./drift/command") as typeof import("./drift/command")).command(),
  },
  {
    name: "dashboards",
    group: LOOK,
    summary: "Grafana's dashboards, drawn from the stack's Prometheus",
    load: () => (require("./dashboards/command") as typeof import("./dashboards/command")).command(),
  },
  {
    name: "blast-radius",
    group: LOOK,
    summary: "what a preview would touch, as Markdown for a pull request",
    load: () => (require("./blast-radius/command") as typeof import("./blast-radius/command")).command(),
  },
  {
    name: "deploy",
    group: DEPLOY,
    summary: "deploys a version through GitHub and follows it to its end",
    load: () => (require("./deploy/command") as typeof import("./deploy/command")).command(),
  },
  {
    name: "promote",
    group: DEPLOY,
    summary: "takes this commit to staging, and from there to production",
    load: () => (require("./promote/command") as typeof import("./promote/command")).command(),
  },
  {
    name: "incidents",
    group: DEPLOY,
    summary: "what went wrong with deployments, and the issue of each",
    load: () => (require("./incidents/command") as typeof import("./incidents/command")).command(),
  },
  {
    name: "review",
    group: DEPLOY,
    summary: "documents about a deployment from its records; the success criteria",
    load: () => (require("./review/command") as typeof import("./review/command")).command(),
  },
  {
    name: "smoke",
    group: OPERATE,
    summary: "runs one job on a runner, which proves that it works",
    load: () => (require("./smoke/command") as typeof import("./smoke/command")).command(),
  },
  {
    name: "maintenance",
    group: OPERATE,
    summary: "takes a runner out of service for a time, and says which one is",
    load: () => (require("./maintenance/command") as typeof import("./maintenance/command")).command(),
  },
  {
    name: "rotate",
    group: OPERATE,
    summary: "gives a secret a new value, without a moment in which nothing opens",
    load: () => (require("./rotate/command") as typeof import("./rotate/command")).command(),
  },
  {
    name: "rollback-runners",
    group: REPAIR,
    summary: "takes the runners' settings back to those that were last proved",
    load: () => (require("./rollback-runners/command") as typeof import("./rollback-runners/command")).command(),
  },
  {
    name: "restore-monitoring",
    group: REPAIR,
    summary: "puts the stack's files on the monitoring host again",
    load: () => (require("./restore-monitoring/command") as typeof import("./restore-monitoring/command")).command(),
  },
  {
    name: "restore-protection",
    group: REPAIR,
    summary: "writes the environment's protection to GitHub again",
    load: () => (require("./restore-protection/command") as typeof import("./restore-protection/command")).command(),
  },
];
