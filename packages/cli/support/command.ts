import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("support", {
    summary: "writes one redacted archive for a bug report",
    about:
      "Collects versions, configuration, status, drift, gate, alerts, the newest journal lines of each host, records of " +
      "deployments, outputs and workflow runs, redacts secrets, and writes one archive that only you can read. What cannot be " +
      "read is listed with the reason. Names and addresses stay in it: look through it before you send it. Changes nothing else.",
    examples: ["ghrunners support --list", "ghrunners support --output support.tar.gz"],
    exitCodes: "0 written or listed, also where parts could not be read, 1 failed",
    json: "support",
  })
    .option("--output <file>", "file to write; default: ghrunners-support-STACK-TIME.tar.gz in this folder")
    .option("--list", "show what the archive would hold, and write nothing", false)
    .action(action(() => (require("./run") as typeof import("./run")).support));
