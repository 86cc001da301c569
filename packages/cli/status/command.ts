import { type Command, InvalidArgumentError, Option } from "commander";
import { action, newCommand } from "../command";

/**
 * Bounds of `--every`, s. A look takes 8 to 16 of GitHub's requests, of 5000 an hour; the program and other commands
 * need some of them too.
 */
const EVERY = { least: 15, most: 3600, usual: 30 } as const;

/** @throws InvalidArgumentError that says what was expected */
function secondsBetween(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= EVERY.least && number <= EVERY.most) return number;
  throw new InvalidArgumentError(`Expected whole seconds from ${EVERY.least} to ${EVERY.most}.`);
}

export const command = (): Command =>
  newCommand("status", {
    summary: "machines, runners, environment, monitoring and what differs from the configuration",
    about:
      "Machines as Proxmox VE shows them, runners as GitHub shows them, the environment's protection, monitoring, the next " +
      "deployment's runner, the last job, and every difference from the configuration. Changes nothing.",
    examples: ["ghrunners status", "ghrunners status --stack production --json", "ghrunners status --watch"],
    exitCodes: "0 healthy, 1 not healthy, 130 a watch ended by Ctrl-C",
    json: "status",
  })
    .option("--wait", "after a change: wait up to 45 s until Prometheus and the failover switch have seen the runners")
    .addOption(
      new Option(
        "--watch",
        "keep running: on a terminal show every look, else only changes, with --json one object per line; Ctrl-C ends it",
      ).conflicts("wait"),
    )
    .addOption(
      new Option("--every <seconds>", `with --watch: seconds between two looks, ${EVERY.least} to ${EVERY.most}`)
        .argParser(secondsBetween)
        .default(EVERY.usual),
    )
    .action(action(() => (require("./run") as typeof import("./run")).status));
