import { type Command, InvalidArgumentError, Option } from "commander";
import { action, newCommand } from "../command";

/** @throws InvalidArgumentError that says what was expected */
export function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError("Expected a port from 1 to 65535.");
}

export const command = (): Command =>
  newCommand("console", {
    summary: "a page in the browser: the stack, who deploys next, deployments, alerts and dashboards, live",
    about:
      "Serves a page on 127.0.0.1 that shows the stack live: machines and runners as Proxmox VE, GitHub and the hosts see " +
      "them, who deploys next and why, deployments step by step, alerts with their runbooks, and every dashboard. Ctrl-C " +
      "ends it. Changes nothing.",
    examples: ["ghrunners console", "ghrunners console --stack production --port 8300"],
    exitCodes: "0 ended by Ctrl-C, 1 the stack cannot be read",
    json: "console",
  })
    .addOption(new Option("--port <number>", "port on 127.0.0.1; default: a free one").argParser(port))
    .option("--open", "open the page in the default browser")
    .action(action(() => (require("./run") as typeof import("./run")).showConsole));
