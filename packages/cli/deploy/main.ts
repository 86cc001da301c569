import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runCommand, WrongUse } from "../command";
import { openStack, stackName } from "../pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { exitCodeOf } from "@ghrunners/deploy/deployer/carry-out";
import { deployDirectly } from "./direct";
import { deployThroughGitHub } from ".";
import { exitCodeOfFollowed, renderFollowed } from "./render";
import { parseVersion, type Version } from "@ghrunners/deploy/protocol/values";
import { renderResult } from "@ghrunners/deploy/render";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";

const help = `usage: npm run deploy -- --version V [--runner primary|secondary] [--json]
       npm run deploy -- --version V --direct|--check|--retry-rollback [--plan FILE] [--json]
       npm run deploy -- --bundle FILE

Deploys a version to its target, whole or not at all: any failure, a signal or a lost connection takes the target back to
the version it had, and the target does that by itself when its deployer is gone.
Through GitHub: starts the workflow of the setting deployment.workflow and follows it; the gate chooses the runner, or
--runner does by hand. Ctrl-C cancels the run, and the target goes back.
--direct deploys from this machine, past GitHub and its approval: break glass. --check and --retry-rollback do as well.
Without --plan: the laboratory's demo application on its machine "app".
--retry-rollback: the target tries a failed rollback again, after what its incident names was mended; V is the version
that could not be undone. --check looks and changes nothing, not even the target's agent; not both of them. The same version
again changes nothing.
--bundle writes the deployer that deployment jobs run, for .github/scripts/deployer.cjs of the repository that deploys.
Exit code: 0 done or nothing to do, 1 it did not succeed, 2 wrong use.
`;

const options = {
  version: { type: "string" },
  runner: { type: "string" },
  direct: { type: "boolean" },
  plan: { type: "string" },
  check: { type: "boolean" },
  "retry-rollback": { type: "boolean" },
  bundle: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

function versionFrom(text: string): Version {
  try {
    return parseVersion(text);
  } catch (error) {
    throw new WrongUse(`--version: ${(error as Error).message}`);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.bundle !== undefined) {
    const { text, sha256 } = await bundleDeployer();
    writeFileSync(values.bundle, text);
    process.stdout.write(`${sha256}  ${values.bundle}\n`);
    return 0;
  }
  if (values.version === undefined) {
    process.stderr.write(help);
    return 2;
  }
  const { runner = "auto", json } = values;
  const version = versionFrom(values.version);
  const action = values["retry-rollback"] ? "retry rollback" : values.check ? "check" : "deploy";
  const isDirect = values.direct || action !== "deploy";
  const isMixed = (values.check && values["retry-rollback"]) || (isDirect ? values.runner : values.plan) !== undefined;
  if (!["auto", "primary", "secondary"].includes(runner) || isMixed) {
    process.stderr.write(help);
    return 2;
  }
  const stack = await openStack(stackName(), note);
  if (!isDirect) {
    const followed = await deployThroughGitHub(stack, { version, runner });
    process.stdout.write(json ? `${JSON.stringify(followed, null, 2)}\n` : renderFollowed(followed, version));
    return exitCodeOfFollowed(followed);
  }
  const outcome = await deployDirectly(stack, { version, action, plan: values.plan });
  process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : renderResult(outcome));
  return exitCodeOf(outcome, action);
}

// The worker hears the terminal's signals too and takes the target back; its answer is waited for.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => note("waiting for the target to go back"));
runCommand(main);
