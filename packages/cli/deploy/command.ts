import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { note } from "@ghrunners/core/terminal";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";
import { exitCodeOf } from "@ghrunners/deploy/deployer/carry-out";
import { parseVersion, type Version } from "@ghrunners/deploy/protocol/values";
import { renderResult } from "@ghrunners/deploy/render";
import { action, printJson, stackCommand, stackOf, WrongUse } from "../command";
import { deployDirectly } from "./direct";
import { exitCodeOfFollowed, renderFollowed } from "./render";
import { deployThroughGitHub } from "./through-github";

interface Options {
  readonly stack?: string;
  readonly version?: Version;
  readonly runner?: string;
  readonly direct?: boolean;
  readonly plan?: string;
  readonly artefacts?: string;
  readonly check?: boolean;
  readonly retryRollback?: boolean;
  readonly bundle?: string;
  readonly json?: boolean;
}

async function writeBundle(file: string): Promise<number> {
  const { text, sha256 } = await bundleDeployer();
  writeFileSync(file, text);
  process.stdout.write(`${sha256}  ${file}\n`);
  return 0;
}

function versionFrom(text: string): Version {
  try {
    return parseVersion(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function direct(version: Version, options: Options): Promise<number> {
  const { plan, artefacts, runner } = options;
  if (options.check && options.retryRollback)
    throw new WrongUse("--check looks, and --retry-rollback changes the target. Expected one of them.");
  if (runner !== undefined)
    throw new WrongUse("--runner chooses a runner, and --direct uses none. Expected one of them.");
  if (plan === undefined) throw new WrongUse("A deployment from this machine needs its plan. Expected --plan FILE.");
  const what = options.retryRollback ? "retry rollback" : options.check ? "check" : "deploy";
  const outcome = await deployDirectly(await stackOf(options), { version, action: what, plan, artefacts });
  if (options.json) printJson(outcome);
  else process.stdout.write(renderResult(outcome));
  return exitCodeOf(outcome, what);
}

async function deploy(options: Options): Promise<number> {
  if (options.bundle !== undefined) return writeBundle(options.bundle);
  const { version } = options;
  if (version === undefined) throw new WrongUse("No version is given. Expected --version V.");
  // The target is taken back on these signals; its answer is waited for.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => note("waiting for the target to go back"));
  if (options.direct || options.check || options.retryRollback) return direct(version, options);
  if (options.plan !== undefined)
    throw new WrongUse("Through GitHub the plan is the repository's own: --plan goes with --direct.");
  const followed = await deployThroughGitHub(await stackOf(options), { version, runner: options.runner ?? "auto" });
  if (options.json) printJson(followed);
  else process.stdout.write(renderFollowed(followed, version));
  return exitCodeOfFollowed(followed);
}

export const command = (): Command =>
  stackCommand("deploy", {
    summary: "deploys a version through GitHub and follows it to its end",
    about:
      "Deploys a version to its target, whole or not at all: any failure, a signal or a lost connection takes the target back " +
      "to the version it had, and the target does that by itself when its deployer is gone. Through GitHub: starts the " +
      "workflow of the setting deployment.workflow and follows it; the gate chooses the runner, or --runner does by hand. " +
      "Ctrl-C cancels the run, and the target goes back. The same version again changes nothing.",
    examples: [
      "ghrunners deploy --version 2",
      "ghrunners deploy --version 2 --direct --plan deployment.yaml",
      "ghrunners deploy --version 2 --check --plan deployment.yaml",
      "ghrunners deploy --bundle .github/scripts/deployer.cjs",
    ],
    exitCodes: "0 done or nothing to do, 1 it did not succeed",
  })
    .addOption(new Option("--version <version>", "version to deploy").argParser(versionFrom))
    .addOption(new Option("--runner <role>", "runner that deploys").choices(["auto", "primary", "secondary"]))
    .option("--direct", "deploy from this machine, past GitHub and its approval: break glass")
    .option("--plan <file>", "deployment plan, with --direct, --check and --retry-rollback")
    .option("--artefacts <folder>", "folder of the plan's artefacts; default: the plan's folder")
    .option("--check", "look from this machine and change nothing, not even the target's agent")
    .option(
      "--retry-rollback",
      "the target tries a failed rollback again, after what its incident names was mended; --version is the one that could not be undone",
    )
    .option("--bundle <file>", "write the deployer that deployment jobs run, for the repository that deploys")
    .option("--json", "print JSON")
    .action(action(deploy));
