import { type Command, InvalidArgumentError, Option } from "commander";
import { action, newCommand } from "../command";

/** `30m`, `6h` or `7d` in seconds. */
function seconds(text: string): number {
  const [, number, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const size = { m: 60, h: 3600, d: 86_400 }[unit ?? ""];
  if (size === undefined || Number(number) === 0) throw new InvalidArgumentError("Expected 30m, 6h or 7d.");
  return Number(number) * size;
}

const common = (command: Command): Command =>
  command
    .option("--prometheus <url>", "address of Prometheus; default: the one on the stack's monitoring host")
    .option(
      "--environment <name>",
      "environment; default: the stack's, or with --prometheus alone the first that has targets",
    )
    .addOption(
      new Option("--range <span>", "span of time up to now: 30m, 6h, 7d").argParser(seconds).default(3600, "1 hour"),
    );

export function command(): Command {
  const root = newCommand("dashboards", {
    summary: "Grafana's dashboards, drawn from the stack's Prometheus",
    examples: ["ghrunners dashboards check", "ghrunners dashboards render --out dashboards.html --range 6h"],
    exitCodes: "0 done, 1 Prometheus does not answer",
  });
  root.addCommand(
    common(
      newCommand("render", {
        summary: "draws every panel into one self-contained HTML page",
        examples: ["ghrunners dashboards render --out dashboards.html"],
        exitCodes: "0 done, 1 Prometheus does not answer",
        json: "dashboards-page",
      }),
    )
      .option("--out <file>", "file to write", "dashboards.html")
      .action(action(() => (require("./run") as typeof import("./run")).render)),
  );
  root.addCommand(
    common(
      newCommand("check", {
        summary: "shows for each panel whether it has data, or which event would produce it",
        examples: ["ghrunners dashboards check --json"],
        exitCodes: "0 done, 1 Prometheus does not answer",
        json: "dashboards-check",
      }),
    ).action(action(() => (require("./run") as typeof import("./run")).check)),
  );
  return root;
}
