import { type Command, InvalidArgumentError, Option } from "commander";
import { parseVersion, type Version } from "@ghrunners/deploy/protocol/values";
import { action, newCommand } from "../command";

function versionFrom(text: string): Version {
  try {
    return parseVersion(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export const command = (): Command =>
  newCommand("deploy", {
    summary: "deploys a version through GitHub and follows it to its end",
    about:
      "Deploys a version to its target, completely or not at all: any failure, a signal or a lost connection rolls the target back " +
      "to the version it had, and the target does that by itself if its deployer is gone. Through GitHub: starts the " +
      "workflow of the setting deployment.workflow and follows it; the gate chooses the runner, or --runner does by hand. " +
      "Ctrl-C cancels the run, and the target rolls back. The same version again changes nothing.",
    examples: [
      "ghrunners deploy --version 2",
      "ghrunners deploy --version 2 --direct --plan deployment.yaml",
      "ghrunners deploy --version 2 --check --plan deployment.yaml",
      "ghrunners deploy --bundle .github/scripts/deployer.cjs",
    ],
    exitCodes: "0 done or nothing to do, 1 it did not succeed",
    json: "deploy",
  })
    .addOption(new Option("--version <version>", "version to deploy").argParser(versionFrom))
    .addOption(new Option("--runner <role>", "runner that deploys").choices(["auto", "primary", "secondary"]))
    .option("--direct", "deploy from this machine, without GitHub and its approval; for emergencies")
    .option("--plan <file>", "deployment plan, with --direct, --check and --retry-rollback")
    .option("--artefacts <folder>", "folder of the plan's artefacts; default: the plan's folder")
    .option("--check", "only check from this machine; change nothing, not even the target's agent")
    .option(
      "--retry-rollback",
      "the target retries a failed rollback, after the cause named in its incident was repaired; --version is the one that could not be undone",
    )
    .option("--bundle <file>", "write the deployer that deployment jobs run, for the repository that deploys")
    .action(action(() => (require("./run") as typeof import("./run")).deploy));
