import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("status", {
    summary: "machines, runners, environment, monitoring and what differs from the configuration",
    about:
      "Machines as Proxmox VE shows them, runners as GitHub shows them, the environment's protection, monitoring, the next " +
      "deployment's runner, the last job, and every difference from the configuration. Changes nothing.",
    examples: ["ghrunners status", "ghrunners status --stack production --json"],
    exitCodes: "0 healthy, 1 not healthy",
    json: "status",
  })
    .option("--wait", "after a change: wait up to 45 s until Prometheus and the failover switch have seen the runners")
    .action(action(() => (require("./run") as typeof import("./run")).status));
