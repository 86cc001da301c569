/** A deployment from this machine, past GitHub: break glass, checks, and a failed rollback's second try. */
import path from "node:path";
import { buildDemoApp } from "@ghrunners/lab/demo-app/build";
import { runInside } from "../inside";
import { projectRoot, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import type { Order, Outcome } from "@ghrunners/deploy/deployer/carry-out";
import { readPlan } from "@ghrunners/deploy/plan/parse";
import { addressOf, bootLabTarget } from "./target";

export interface Direct {
  readonly version: string;
  readonly action: Order["action"];
  /** Plan file; without it the laboratory's demo application. */
  readonly plan?: string;
}

export const demoPlan = path.join(projectRoot, "lab/demo-app/deployment.yaml");

/** @throws Error when the target cannot be reached, or the connection was lost: the target then goes back by itself */
export async function deployDirectly(stack: Stack, { version, action, plan: given }: Direct): Promise<Outcome> {
  if (given === undefined && stack.lab === undefined)
    throw new Error("Only the laboratory has a demo application. Expected --plan FILE for another stack.");
  if (given === undefined) await bootLabTarget(stack, note);
  const planFile = given ?? demoPlan;
  const plan = readPlan(planFile);
  const folder = given === undefined ? buildDemoApp() : path.dirname(path.resolve(given));
  const settings = await settingsOf(stack.engine);
  const address = addressOf(settings, plan.targets[0] ?? "");
  const order = { plan, folder, version, action, address, privateKey: settings.sshPrivateKey };
  return runInside<Omit<Order, "owner">, Outcome>(stack.engine, "packages/cli/deploy/direct.worker.ts", order);
}
