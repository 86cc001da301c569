/** Runs where the target can be reached: the other side of deploy/main.ts. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import type { HostAddress } from "../components/host/args";
import { openSession } from "../components/host/session";
import { worker } from "../ops/inside";
import { deploy, RefusedError, retryRollback, type DeployResult } from "./client/deploy";
import { installAgent, sshAgent } from "./client/ssh";
import { compile, deploymentId, sumOf } from "./plan/compile";
import type { Plan } from "./plan/schema";

export interface WorkerInput {
  readonly plan: Plan;
  /** Folder that the artefact's file is named from. */
  readonly folder: string;
  readonly version: string;
  readonly action: "deploy" | "check" | "retry rollback";
  readonly address: HostAddress;
  /** OpenSSH private key; on standard input only. */
  readonly privateKey: string;
}

export type WorkerOutput = DeployResult | { readonly kind: "refused"; readonly reason: string };

async function work({ plan, folder, version, action, address, privateKey }: WorkerInput): Promise<WorkerOutput> {
  const file = path.join(folder, plan.artefact.file.replaceAll("{version}", version));
  const artefact = readFileSync(file);
  const sums = readFileSync(path.join(folder, plan.artefact.sums), "utf8");
  const request = compile(plan, plan.targets[0] ?? "", {
    id: deploymentId(new Date(), randomBytes(2).toString("hex")),
    version,
    owner: `${process.env.GITHUB_ACTOR ?? process.env.USER ?? "unknown"}@${hostname()}`,
    artefact: { sha256: sumOf(sums, path.basename(file)), bytes: artefact.length },
  });
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const session = await openSession(address, privateKey);
  try {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    if ((await installAgent(session)) === "installed") say(`the deployment agent was installed on ${address.host}`);
    const agent = sshAgent(session);
    if (action === "retry rollback") return await retryRollback(agent, request);
    return await deploy(agent, request, artefact, { check: action === "check", say, signal: stop.signal });
  } catch (error) {
    if (error instanceof RefusedError) return { kind: "refused", reason: error.message };
    throw error;
  } finally {
    session.close();
  }
}

worker(work);
