/**
 * The deployer as started by a job on a runner: one file, no packages. It reads the private key from standard input,
 * and everything else from options and the environment variables that deploy.yml sets.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { LoginRefusedError } from "@ghrunners/core/ssh/session";
import type { AgentFiles } from "./agent-files";
import { carryOut, exitCodeOf, stopSignal } from "./carry-out";
import { deploymentId } from "../plan/compile";
import { readPlan } from "../plan/parse";
import type { Plan } from "../plan/schema";
import { annotation, withoutCommands } from "./job-log";
import { parseDeploymentId, parseVersion, type Version } from "../protocol/values";
import { renderResult } from "../render";
import { report } from "./report";
import { addressOf, idOf, originOf, ownerOf } from "./job-environment";

/** Filled in when the bundle is made. */
declare const GHRUNNERS_AGENT_FILES: string;

const help = `usage: node deployer.cjs deploy --plan FILE --version V [--folder DIR] [--id ID] < PRIVATE_KEY
       node deployer.cjs report --plan FILE --id ID < PRIVATE_KEY

deploy: a version to the plan's target, whole or not at all. --folder: where the artefact and its sums are; default: the
plan's folder. --id: name of the deployment in its records; default: one made of the time.
report: waits until the deployment is over, writes its record into the job's summary, and opens an issue for each incident
of the target that has none.
Exit code: 0 done or nothing to do, 1 it did not succeed, 2 wrong use.
`;

const options = {
  plan: { type: "string" },
  version: { type: "string" },
  folder: { type: "string" },
  id: { type: "string" },
  help: { type: "boolean" },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
/** For everything that may contain text of the target. */
const say = (line: string): void => print(withoutCommands(line));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { plan: file, version, id } = values;
  const [command, ...more] = positionals;
  if (file === undefined || more.length > 0) return wrongUse();
  if (command === "report" && id !== undefined) {
    await report(process.env, {
      ...planOf(file),
      privateKey: privateKeyOnInput(),
      id: parseDeploymentId(id),
      say,
      warn: (title, text) => print(annotation("warning", title, text)),
    });
    return 0;
  }
  if (command !== "deploy" || version === undefined) return wrongUse();
  return deploy(file, parseVersion(version), values);
}

function wrongUse(): number {
  process.stderr.write(help);
  return 2;
}

function privateKeyOnInput(): string {
  const privateKey = readFileSync(0, "utf8");
  if (privateKey.trim() !== "") return privateKey;
  throw new Error("There is no private key on standard input. Expected the environment's secret DEPLOY_KEY.");
}

function planOf(file: string): { plan: Plan; address: HostAddress } {
  const plan = readPlan(file);
  return { plan, address: addressOf(process.env, plan.targets[0] ?? "") };
}

async function deploy(file: string, version: Version, given: { folder?: string; id?: string }): Promise<number> {
  const signal = stopSignal();
  const privateKey = privateKeyOnInput();
  const origin = originOf(process.env, new Date());
  const id = idOf(process.env, given.id) ?? deploymentId(new Date(), randomBytes(2).toString("hex"));
  // For the reporting step, which runs whatever the result of this one.
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `id=${id}\n`);
  const outcome = await carryOut(
    {
      ...planOf(file),
      folder: given.folder || path.dirname(path.resolve(file)),
      version,
      action: "deploy",
      privateKey,
      owner: ownerOf(process.env),
      id,
      origin,
    },
    { agent: JSON.parse(GHRUNNERS_AGENT_FILES) as AgentFiles, say, signal },
  );
  say(renderResult(outcome).trimEnd());
  if (outcome.kind === "refused") print(annotation("error", "Deployment refused", outcome.reason));
  return exitCodeOf(outcome, "deploy");
}

/**
 * A job's key is the environment's secret, so the next command is its rotation, which authorises a key on the target.
 */
const inWords = (error: unknown): string => {
  const told =
    error instanceof LoginRefusedError
      ? new LoginRefusedError(error.host, error.user, "ghrunners rotate DEPLOY_KEY --apply")
      : error;
  return told instanceof Error ? told.message : String(told);
};

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    print(annotation("error", "Deployment", inWords(error)));
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
