import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("why", {
    summary: "why a job or a deployment waits, failed or is done",
    about:
      "Why a workflow run waits, failed or is done, in one answer: the cause in a sentence, then what GitHub, the runners, " +
      "the failover switch and the deployment targets show, then the next command. Changes nothing.",
    examples: [
      "ghrunners why",
      "ghrunners why 17203948571",
      "ghrunners why https://github.com/octo-org/demo-app/actions/runs/17203948571 --json",
    ],
    exitCodes: "0 it succeeded, or goes on by itself or by its approval, 1 it failed, or something has to be done",
    json: "why",
  })
    .argument("[run]", "number or address of a run; default: the newest run that deploys")
    .action(action(() => (require("./run") as typeof import("./run")).why));
