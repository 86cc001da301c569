import { writeFileSync } from "node:fs";
import { note } from "@ghrunners/core/terminal";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";
import { exitCodeOf } from "@ghrunners/deploy/deployer/carry-out";
import type { Version } from "@ghrunners/deploy/protocol/values";
import { renderResult } from "@ghrunners/deploy/render";
import { print, printJson, WrongUse } from "../command";
import { currentStack } from "../pulumi/stack";
import { deployDirectly } from "./direct";
import { exitCodeOfFollowed, renderFollowed } from "./render";
import { deployThroughGitHub } from "./through-github";

export interface DeployCommandOptions {
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

async function direct(version: Version, options: DeployCommandOptions): Promise<number> {
  const { plan, artefacts, runner } = options;
  if (options.check && options.retryRollback)
    throw new WrongUse("--check changes nothing, and --retry-rollback changes the target. Expected only one of them.");
  if (runner !== undefined)
    throw new WrongUse("--runner chooses a runner, and --direct uses none. Expected only one of them.");
  if (plan === undefined) throw new WrongUse("A deployment from this machine needs its plan. Expected --plan FILE.");
  const what = options.retryRollback ? "retry rollback" : options.check ? "check" : "deploy";
  const outcome = await deployDirectly(await currentStack(options.stack), { version, action: what, plan, artefacts });
  if (options.json) printJson<"deploy">({ schema: "ghrunners.deploy/1", ...outcome });
  else print(renderResult(outcome));
  return exitCodeOf(outcome, what);
}

export async function deploy(options: DeployCommandOptions): Promise<number> {
  if (options.bundle !== undefined) return writeBundle(options.bundle);
  const { version } = options;
  if (version === undefined) throw new WrongUse("No version is given. Expected --version V.");
  // These signals roll the target back; its answer is awaited.
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => note("waiting for the target to roll back"));
  if (options.direct || options.check || options.retryRollback) return direct(version, options);
  if (options.plan !== undefined)
    throw new WrongUse("Through GitHub the plan is the repository's own: --plan goes with --direct.");
  const followed = await deployThroughGitHub(await currentStack(options.stack), {
    version,
    runner: options.runner ?? "auto",
  });
  if (options.json) printJson<"deploy">({ schema: "ghrunners.deploy/1", ...followed });
  else print(renderFollowed(followed, version));
  return exitCodeOfFollowed(followed);
}
