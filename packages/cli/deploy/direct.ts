/** Deployments from this machine, past GitHub, for emergencies; also checks, and the retry of a failed rollback. */
import path from "node:path";
import { agentFiles } from "@ghrunners/deploy/deployer/agent-files";
import { carryOut, type DeployerRequest, type DeployerOutcome, stopSignal } from "@ghrunners/deploy/deployer/carry-out";
import { readPlan } from "@ghrunners/deploy/plan/parse";
import type { Version } from "@ghrunners/deploy/protocol/values";
import type { Stack } from "../pulumi/stack";
import { operator } from "../operator";
import { settingsOf } from "../settings";
import { refusePaused } from "./paused";
import { addressOf } from "./target";

export interface Direct {
  readonly version: Version;
  readonly action: DeployerRequest["action"];
  /** Plan file. */
  readonly plan: string;
  /** Folder of the artefacts; default: the plan's folder. */
  readonly artefacts?: string;
}

/**
 * @throws Error if deployments are paused, if the target cannot be reached, or the connection was lost: the target then
 * rolls back by itself
 */
export async function deployDirectly(
  stack: Stack,
  { version, action, plan: file, artefacts }: Direct,
): Promise<DeployerOutcome> {
  const plan = readPlan(file);
  const folder = artefacts ?? path.dirname(path.resolve(file));
  const settings = await settingsOf(stack);
  const address = addressOf(settings, plan.targets[0] ?? "");
  if (action === "deploy") await refusePaused(settings);
  const request = { plan, folder, version, action, address, privateKey: settings.sshPrivateKey };
  const owner = operator();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return carryOut({ ...request, owner }, { agent: await agentFiles(), say, signal: stopSignal() });
}
