import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("blast-radius", {
    summary: "what a preview would change, as Markdown for a pull request",
    about:
      "Prints as Markdown what a preview would change: runners, labels, environments, secrets (their names only), and every " +
      "change. FILE is the output of `pulumi preview --json --show-sames`; - reads standard input.",
    examples: ["pulumi preview --json --show-sames | ghrunners blast-radius -"],
    exitCodes: "0 done, 1 the file is not a preview",
    json: "blast-radius",
  })
    .argument("<file>", "output of pulumi preview --json, or - for standard input")
    .option("--title <text>", "heading", "Preview")
    .action(action(() => (require("./run") as typeof import("./run")).showRadius));
