/** A deployer in a process of its own inside the lab: its order arrives on standard input, its outcome is printed. */
import { hostname } from "node:os";
import { agentFiles } from "@ghrunners/deploy/deployer/agent-files";
import { carryOut, type DeployerRequest, type DeployerOutcome, stopSignal } from "@ghrunners/deploy/deployer/carry-out";
import { worker } from "../worker";

worker(async (order: Omit<DeployerRequest, "owner">): Promise<DeployerOutcome> => {
  const owner = `${process.env.GITHUB_ACTOR ?? "unknown"}@${hostname()}`;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return carryOut({ ...order, owner }, { agent: await agentFiles(), say, signal: stopSignal() });
});
