/**
 * The agent on a deployment target. Installed as one file; the launcher `ghrunners-deploy` (files/ghrunners-deploy)
 * starts it and makes sure that only one of the commands that write runs at a time. usage: ghrunners-deploy
 * status|inspect|outdated|begin|prune < request.json
 *        ghrunners-deploy put TOKEN < artefact
 *        ghrunners-deploy run TOKEN [REASON-TO-ABORT]
 *        ghrunners-deploy renew TOKEN | give-up TOKEN | watch | retry | metrics | records ID | look ID | history
 *        ghrunners-deploy incidents | claim ID | release ID TOKEN | sent ID NUMBER URL
 *        ghrunners-deploy held: refuses with the message of begin, while another process of the agent runs
 *        ghrunners-deploy end-stopped: kills the holder of the lock if it is stopped and its lease has expired
 *        ghrunners-deploy show: for people, the open deployment and how the last ones ended
 * Prints one JSON value. Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused: another deployment holds the lock, or an
 * old token.
 */
import { systemClock } from "./clock";
import { begin, giveUp, held, measure, prune, put, renew, retryUndo, run, watch } from "./commands";
import type { Agent } from "./drive";
import { endStopped } from "./end-stopped";
import { MarkedExecutor, ScopeExecutor } from "./executor";
import { foldersBelow } from "./folders";
import { claimIncident, incidents, incidentSent, releaseIncident } from "./incidents";
import { history, inspect, deploymentProgress, outdated, records, show, status } from "./queries";
import { RefusedError } from "./refused";
import { parseRequest } from "./request-schema";
import { Store } from "./store";
import type { Request } from "../protocol/request";
import { parseCount, parseDeploymentId } from "../protocol/values";

/** A root other than `/` is a copy of a file tree without systemd. */
function agentBelow(root: string): Agent {
  return {
    store: new Store(foldersBelow(root)),
    executor: root === "/" ? new ScopeExecutor() : new MarkedExecutor(root),
    clock: systemClock,
  };
}

const REQUEST_LIMIT_MS = 30_000;
/** A plan with thousands of steps needs less; the journal, which contains the request, must remain readable. */
const LONGEST_REQUEST = 4 * 2 ** 20;

async function requestOnInput(): Promise<Request> {
  const chunks: Buffer[] = [];
  // A dead connection gives no signal, and this process may hold the lock.
  const late = new Error(`The request did not arrive within ${REQUEST_LIMIT_MS / 1000} s.`);
  const timer = setTimeout(() => process.stdin.destroy(late), REQUEST_LIMIT_MS);
  let bytes = 0;
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > LONGEST_REQUEST)
        throw new RefusedError(
          `The request has more than ${LONGEST_REQUEST} bytes. Expected a plan with fewer or shorter steps.`,
        );
    }
  } finally {
    clearTimeout(timer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RefusedError(
      `The request is not JSON: ${(error as Error).message}. Expected one JSON value on standard input.`,
    );
  }
  return parseRequest(value);
}

async function answer(agent: Agent, [command = "", ...args]: readonly string[]): Promise<unknown> {
  const [first = "", second = "", third = ""] = args;
  const token = (): number => parseCount(first, "token");
  const id = (): string => parseDeploymentId(first);
  switch (command) {
    case "status":
      return status(agent, await requestOnInput());
    case "inspect":
      return inspect(agent, await requestOnInput());
    case "outdated":
      return outdated(agent, await requestOnInput());
    case "prune":
      return prune(agent, await requestOnInput());
    case "begin":
      return begin(agent, await requestOnInput());
    case "held":
      return held(agent);
    case "put":
      await put(agent, token(), process.stdin);
      return {};
    case "run":
      return run(agent, token(), args[1]);
    case "renew":
      return renew(agent, token());
    case "give-up":
      return { open: giveUp(agent, token()) };
    case "watch":
      return { said: await watch(agent) };
    case "end-stopped":
      return { ended: endStopped(agent, first) };
    case "retry":
      return retryUndo(agent);
    case "metrics":
      return measure(agent);
    case "show":
      return show(agent);
    case "records":
      return records(agent, id());
    case "history":
      return history(agent);
    case "look":
      return deploymentProgress(agent, id());
    case "incidents":
      return { incidents: incidents(agent) };
    case "claim":
      return claimIncident(agent, id());
    case "release":
      releaseIncident(agent, id(), parseCount(second, "token"));
      return {};
    case "sent":
      return incidentSent(agent, id(), { number: parseCount(second, "number of an issue"), url: third });
    default:
      process.exitCode = 2;
      return { error: `Unknown command "${command}".` };
  }
}

// Files of a release are readable by every user; the agent sets the modes of its own files explicitly.
process.umask(0o022);
// A deployer that ends closes the pipe; the work goes on without a reader.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);
const words = process.argv.slice(2);
const forPeople = words[0] === "show";
answer(agentBelow(process.env.GHRUNNERS_ROOT || "/"), words).then(
  (value) => void process.stdout.write(`${JSON.stringify(value, undefined, forPeople ? 2 : 0)}\n`),
  (error: unknown) => {
    process.exitCode = error instanceof RefusedError ? 3 : error instanceof TypeError ? 2 : 1;
    process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  },
);
