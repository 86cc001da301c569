import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { action, newCommand } from "../command";
import { parsePreview } from "./preview";
import { blastRadius } from "./radius";
import { renderRadius } from "./render";

export const command = (): Command =>
  newCommand("blast-radius", {
    summary: "what a preview would touch, as Markdown for a pull request",
    about:
      "Prints as Markdown what a preview would touch: runners, labels, environments, secrets (their names only), and every " +
      "change. FILE is the output of `pulumi preview --json --show-sames`; - reads standard input.",
    examples: ["pulumi preview --json --show-sames | ghrunners blast-radius -"],
    exitCodes: "0 done, 1 the file is no preview",
  })
    .argument("<file>", "output of pulumi preview --json, or - for standard input")
    .option("--title <text>", "heading", "Preview")
    .action(
      action((file: string, { title }: { title: string }) => {
        const preview = parsePreview(readFileSync(file === "-" ? 0 : file, "utf8"));
        process.stdout.write(renderRadius(title, preview, blastRadius(preview)));
        return 0;
      }),
    );
