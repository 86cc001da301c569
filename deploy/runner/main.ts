/**
 * The deployer as a job on a runner starts it: one file, no packages. The private key comes on standard input; everything
 * else by options and by the environment variables that deploy.yml sets.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { AgentFiles } from "../client/agentFiles";
import { carryOut, exitCodeOf, stopSignal } from "../client/carryOut";
import { parsePlan } from "../plan/parse";
import { renderResult } from "../render";
import { addressOf, idOf, originOf, ownerOf } from "./surroundings";

/** Filled in when the bundle is made. */
declare const GHRUNNERS_AGENT_FILES: string;

const help = `usage: node deployer.cjs deploy --plan FILE --version V [--folder DIR] [--id ID] < PRIVATE_KEY

Deploys a version to the plan's target, whole or not at all. --folder: where the artefact and its sums are; default: the
plan's folder. --id: name of the deployment in its records; default: one made of the time.
Exit code: 0 done or nothing to do, 1 it did not succeed, 2 wrong use.
`;

const options = {
  plan: { type: "string" },
  version: { type: "string" },
  folder: { type: "string" },
  id: { type: "string" },
  help: { type: "boolean" },
} as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { plan: file, version } = values;
  if (positionals.join() !== "deploy" || file === undefined || version === undefined) {
    process.stderr.write(help);
    return 2;
  }
  const signal = stopSignal();
  const privateKey = readFileSync(0, "utf8");
  if (privateKey.trim() === "")
    throw new Error("No private key came on standard input. Expected the environment's secret DEPLOY_KEY.");
  const plan = parsePlan(file, readFileSync(file, "utf8"));
  const outcome = await carryOut(
    {
      plan,
      folder: values.folder || path.dirname(path.resolve(file)),
      version,
      action: "deploy",
      address: addressOf(process.env, plan.targets[0] ?? ""),
      privateKey,
      owner: ownerOf(process.env),
      id: idOf(process.env, values.id),
      origin: originOf(process.env, new Date()),
    },
    { agent: JSON.parse(GHRUNNERS_AGENT_FILES) as AgentFiles, say, signal },
  );
  say(renderResult(outcome).trimEnd());
  return exitCodeOf(outcome, "deploy");
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // A line of the job's log that GitHub shows with the run.
    const text = error instanceof Error ? error.message : String(error);
    say(`::error title=Deployment::${text.replace(/\s+/g, " ")}`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
