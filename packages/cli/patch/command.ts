import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("patch", {
    summary: "shows which updates the runners' machines lack, and installs them with --apply",
    about:
      "Without --apply, shows which updates are pending on which machine and the order, and changes nothing. With it, for one " +
      "runner at a time, secondaries first: takes it out of service, installs every update, restarts the machine if that is " +
      "required, waits until it is healthy, runs a job on it and puts it back into service. It stops at the first failure. " +
      "When it is interrupted, the maintenance ends by itself and the machine goes on installing; the same command resumes. " +
      "RUNNER: a name, primary or secondary; default: all.",
    examples: ["ghrunners patch", "ghrunners patch --apply", "ghrunners patch secondary --apply --for 1h"],
    exitCodes: "0 shown, or every machine is patched, 1 refused or failed, 130 ended by Ctrl-C",
    json: "patch",
  })
    .argument("[runners...]", "names of runners, or their roles")
    .option("--apply", "install the updates", false)
    .option("--for <time>", "longest maintenance of each runner: 30m, 2h, at most 1d", "2h")
    .option("--force <words>", "the override sentence, when no other runner is healthy")
    .action(action(() => (require("./run") as typeof import("./run")).patch));
