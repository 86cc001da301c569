import { RefusedError } from "@ghrunners/deploy/target/refused";
import * as commands from "@ghrunners/deploy/target/incidents";
import type { RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import type { LocalTarget } from "./target";

/** The agent's outbox of a target in this process, called as a sender calls it. */
export function outboxHere(target: LocalTarget): RemoteAgent {
  const agent = target.agent();
  const answer = ([command = "", id = "", ...args]: readonly string[]): unknown => {
    switch (command) {
      case "incidents":
        return { incidents: commands.incidents(agent) };
      case "claim":
        return commands.claimIncident(agent, id);
      case "release":
        commands.releaseIncident(agent, id, Number(args[0]));
        return {};
      case "sent":
        return commands.incidentSent(agent, id, { number: Number(args[0]), url: args[1] ?? "" });
      default:
        throw new Error(`A sender does not call ${command}.`);
    }
  };
  return {
    async call(args) {
      try {
        return { code: 0, value: answer(args) };
      } catch (error) {
        return { code: error instanceof RefusedError ? 3 : 1, value: { error: (error as Error).message } };
      }
    },
  };
}
