/** One deployment of a plan to its target over SSH, from wherever the target can be reached. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { openSession } from "@ghrunners/core/ssh/session";
import { compile, deploymentId, sumOf, type Deployment } from "../plan/compile";
import type { Plan } from "../plan/schema";
import type { AgentFiles } from "./agent-files";
import { deploy, RefusedError, retryRollback, type DeployResult } from "./deploy";
import { installAgent, sshAgent } from "./ssh";

export interface Order {
  readonly plan: Plan;
  /** Folder that the artefact's file is named from. */
  readonly folder: string;
  readonly version: string;
  readonly action: "deploy" | "check" | "retry rollback";
  readonly address: HostAddress;
  /** OpenSSH private key. */
  readonly privateKey: string;
  /** Who deploys, such as `platform-operator@runner-1`. */
  readonly owner: string;
  /** Default: one made of the time. */
  readonly id?: string;
  /** Where it comes from: the workflow run and the gate's decision. */
  readonly origin?: Deployment["origin"];
}

export interface Around {
  readonly agent: AgentFiles;
  readonly say: (line: string) => void;
  /** Fires when the deployer is asked to stop: the target goes back. */
  readonly signal: AbortSignal;
}

export type Outcome = DeployResult | { readonly kind: "refused"; readonly reason: string };

/** @throws Error when the target cannot be reached, or the connection was lost: the target then goes back by itself */
export async function carryOut(order: Order, { agent, say, signal }: Around): Promise<Outcome> {
  const { plan, folder, version, action, address, owner, origin } = order;
  const file = path.join(folder, plan.artefact.file.replaceAll("{version}", version));
  const artefact = readFileSync(file);
  const sums = readFileSync(path.join(folder, plan.artefact.sums), "utf8");
  const request = compile(plan, plan.targets[0] ?? "", {
    id: order.id ?? deploymentId(new Date(), randomBytes(2).toString("hex")),
    version,
    owner,
    artefact: { sha256: sumOf(sums, path.basename(file)), bytes: artefact.length },
    origin,
  });
  const session = await openSession(address, order.privateKey);
  try {
    if ((await installAgent(session, agent)) === "installed")
      say(`the deployment agent was installed on ${address.host}`);
    const target = sshAgent(session);
    if (action === "retry rollback") return await retryRollback(target, request);
    return await deploy(target, request, artefact, { check: action === "check", say, signal });
  } catch (error) {
    if (error instanceof RefusedError) return { kind: "refused", reason: error.message };
    throw error;
  } finally {
    session.close();
  }
}

/** Fires at the first signal that asks a process to end. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  return stop.signal;
}

/** Exit code: 0 done or nothing to do, 1 it did not succeed. */
export function exitCodeOf(outcome: Outcome, action: Order["action"]): number {
  switch (outcome.kind) {
    case "checked":
      return outcome.problems.length === 0 ? 0 : 1;
    case "unchanged":
      return 0;
    case "refused":
      return 1;
    case "over": {
      const { outcome: ending } = outcome.records.deployment;
      return ending === "succeeded" || (action === "retry rollback" && ending === "rolled_back") ? 0 : 1;
    }
  }
}
