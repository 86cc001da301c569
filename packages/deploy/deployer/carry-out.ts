/** Deploys a plan to its target over SSH, from any machine that can reach the target. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { openSession } from "@ghrunners/core/ssh/session";
import { compile, deploymentId, sumOf, type Deployment } from "../plan/compile";
import { pointerProblem } from "../plan/lfs-pointer";
import type { Plan } from "../plan/schema";
import type { Request } from "../protocol/request";
import { parseDeploymentId, parseVersion, type Version } from "../protocol/values";
import type { AgentFiles } from "./agent-files";
import { check, deploy, retryRollback, type DeployResult } from "./deploy";
import { AgentRefusedError } from "./remote-agent";
import { installAgent, readOnlyAgent, sshAgent } from "./ssh";

export interface DeployerRequest {
  readonly plan: Plan;
  /** Folder to which the artefact's path is relative. */
  readonly folder: string;
  readonly version: string;
  readonly action: "deploy" | "check" | "retry rollback";
  readonly address: HostAddress;
  /** OpenSSH private key. */
  readonly privateKey: string;
  /** Who deploys, such as `platform-operator@runner-1`. */
  readonly owner: string;
  /** Id of the deployment; default: made from the time. */
  readonly id?: string;
  /** Where it comes from: the workflow run and the gate's decision. */
  readonly origin?: Deployment["origin"];
}

export interface DeployerContext {
  readonly agent: AgentFiles;
  readonly say: (line: string) => void;
  /** Fires when the deployer is asked to stop: the target rolls back. */
  readonly signal: AbortSignal;
}

export type DeployerOutcome = DeployResult | { readonly kind: "refused"; readonly reason: string };

/** @throws Error if the target cannot be reached, or the connection was lost: the target then rolls back by itself */
export async function carryOut(
  request: DeployerRequest,
  { agent, say, signal }: DeployerContext,
): Promise<DeployerOutcome> {
  const { action, address } = request;
  const version = parseVersion(request.version);
  // Refuse whatever can be refused here before contacting the target.
  const asked = action === "retry rollback" ? undefined : requestOf(request, version);
  const session = await openSession(address, request.privateKey);
  try {
    if (asked !== undefined && action === "check") return await check(readOnlyAgent(session, agent), asked.request);
    const installed = await installAgent(session, agent);
    if (installed === "installed") say(`the deployment agent was installed on ${address.host}`);
    if (installed === "kept") say(`${address.host} keeps its own deployment agent until the open deployment has ended`);
    const target = sshAgent(session);
    if (asked === undefined) return await retryRollback(target);
    return await deploy(target, asked.request, asked.artefact, { say, signal });
  } catch (error) {
    if (error instanceof AgentRefusedError) return { kind: "refused", reason: error.message };
    throw error;
  } finally {
    session.close();
  }
}

/** @throws Error if the artefact is missing, is a pointer of Git LFS, or does not match its checksum */
export function requestOf(
  { plan, folder, owner, origin, id }: Pick<DeployerRequest, "plan" | "folder" | "owner" | "origin" | "id">,
  version: Version,
): { request: Request; artefact: Buffer } {
  const file = path.join(folder, plan.artefact.file.replaceAll("{version}", version));
  const artefact = readNamed(file, "artefact");
  const sums = path.join(folder, plan.artefact.sums);
  const expected = sumOf(readNamed(sums, "list of sums").toString("utf8"), path.basename(file));
  const seen = createHash("sha256").update(artefact).digest("hex");
  if (seen !== expected)
    throw new Error(
      `The artefact ${file} has SHA-256 ${seen}, and ${sums} says ${expected}. Nothing was changed. ` +
        `Next: build or fetch both again`,
    );
  const request = compile(plan, plan.targets[0] ?? "", {
    id: id === undefined ? deploymentId(new Date(), randomBytes(2).toString("hex")) : parseDeploymentId(id),
    version,
    owner,
    artefact: { sha256: expected, bytes: artefact.length },
    origin,
  });
  return { request, artefact };
}

function readNamed(file: string, what: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw new Error(`The ${what} ${file} cannot be read: ${(error as Error).message}`);
  }
  const problem = pointerProblem(`The ${what} ${file}`, content);
  if (problem !== undefined) throw new Error(problem);
  return content;
}

/** Fires at the first signal that asks a process to end. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  return stop.signal;
}

/** Exit code: 0 done or nothing to do, 1 it did not succeed. */
export function exitCodeOf(outcome: DeployerOutcome, action: DeployerRequest["action"]): number {
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
