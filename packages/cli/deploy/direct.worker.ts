/** Runs where the target can be reached: the other side of packages/cli/deploy/direct.ts. */
import { hostname } from "node:os";
import { worker } from "../inside";
import { agentFiles } from "@ghrunners/deploy/deployer/agent-files";
import { carryOut, stopSignal, type Order, type Outcome } from "@ghrunners/deploy/deployer/carry-out";

worker(async (order: Omit<Order, "owner">): Promise<Outcome> => {
  const owner = `${process.env.GITHUB_ACTOR ?? process.env.USER ?? "unknown"}@${hostname()}`;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return carryOut({ ...order, owner }, { agent: await agentFiles(), say, signal: stopSignal() });
});
