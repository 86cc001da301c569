import { Readable } from "node:stream";
import type { RemoteAgent, RemoteAnswer } from "@ghrunners/deploy/deployer/remote-agent";
import { parseCount, parseDeploymentId } from "@ghrunners/deploy/protocol/values";
import * as commands from "@ghrunners/deploy/target/commands";
import type { Agent } from "@ghrunners/deploy/target/drive";
import * as queries from "@ghrunners/deploy/target/queries";
import { RefusedError } from "@ghrunners/deploy/target/refused";
import { parseRequest } from "@ghrunners/deploy/target/request-schema";

/** The agent in this process, called as a deployer calls it. */
export function agentInProcess(agent: Agent): RemoteAgent {
  const answer = async ([command = "", first = ""]: readonly string[], input: string | Buffer): Promise<unknown> => {
    const request = () => parseRequest(JSON.parse(String(input)));
    switch (command) {
      case "inspect":
        return queries.inspect(agent, request());
      case "begin":
        return commands.begin(agent, request());
      case "put":
        await commands.put(agent, parseCount(first, "token"), Readable.from([input]));
        return {};
      case "run":
        return commands.run(agent, parseCount(first, "token"));
      case "renew":
        return commands.renew(agent, parseCount(first, "token"));
      case "give-up":
        return { open: commands.giveUp(agent, parseCount(first, "token")) };
      case "retry":
        return commands.retryUndo(agent);
      case "look":
        return queries.deploymentProgress(agent, parseDeploymentId(first));
      default:
        throw new Error(`A deployer does not call ${command}.`);
    }
  };
  return {
    async call(args, input): Promise<RemoteAnswer> {
      try {
        return { code: 0, value: JSON.parse(JSON.stringify(await answer(args, input))) as unknown };
      } catch (error) {
        return { code: error instanceof RefusedError ? 3 : 1, value: { error: (error as Error).message } };
      }
    },
  };
}
