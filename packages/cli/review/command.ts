import { type Command, InvalidArgumentError, Option } from "commander";
import { action, newCommand } from "../command";
import { reviewKinds } from "./kinds";

const MAXIMUM_DAYS = 365;

function daysOf(text: string): number {
  const days = Number(text);
  if (days > 0 && days <= MAXIMUM_DAYS) return days;
  throw new InvalidArgumentError(`Expected 1 to ${MAXIMUM_DAYS}.`);
}

export const command = (): Command =>
  newCommand("review", {
    summary: "documents about a deployment from its records; the success criteria",
    about:
      "Documents about deployments, filled from the records on their target: nothing is changed, and nothing is stated that " +
      "was not recorded. Missing values are marked, with the person who can fill them in.",
    examples: [
      "ghrunners review latest",
      "ghrunners review latest --kind postmortem --output post-mortem.md",
      "ghrunners review --list",
      "ghrunners review --criteria --days 30",
    ],
    exitCodes: "0 done (with --criteria: all that can be judged are met), 1 failed or a criterion is not met",
    json: "review",
  })
    .argument("[id]", "id of a deployment, or latest")
    .addOption(
      new Option("--kind <kind>", "review: post-deployment review; postmortem: of a rollback; checklist: of the window")
        .choices(reviewKinds)
        .default("review"),
    )
    .option("--gate <file>", "file with the gate's decision, if none came with the request")
    .option("--output <file>", "write the document there")
    .option("--list", "all known deployments, newest first")
    .option("--criteria", "the success criteria SC-001 to SC-004 of the last days")
    .addOption(new Option("--days <number>", "days that the criteria cover").argParser(daysOf).default(7))
    .option("--target <name>", "one of ghrunners:targets; default: all of them")
    .action(action(() => (require("./run") as typeof import("./run")).review));
