/**
 * `npm run lab -- console`, the part inside the lab: the product's console with the lab's faults beside it. It reads
 * from inside the lab's network, and serves on a socket that listens outside, where the browser is.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:net";
import { pageFiles } from "@ghrunners/cli/console/assets";
import { serve, servedStack } from "@ghrunners/cli/console/run";
import { currentStack } from "@ghrunners/cli/pulumi/stack";
import { note } from "@ghrunners/core/terminal";
import { activeFaults, clearFault, setFault, targetNames } from "../fault-commands";
import { hostExists, standingHosts } from "../hosts";
import { currentInstance } from "../instance";
import { faultPage, faultsHandler, type FaultActions } from "./handler";
import { subjectsOf } from "./subjects";

function actions(): FaultActions {
  const instance = currentInstance();
  return {
    subjects: async () => {
      const hosts = Object.values(standingHosts).map(({ name }) => name);
      return subjectsOf(
        targetNames(),
        hosts.filter((name) => hostExists(name, instance)),
        await activeFaults(instance),
      );
    },
    press: async (press) => {
      if (press.do === "clear-all") return clearFault(instance, note);
      const target = press.target ?? undefined;
      if (press.do === "make") return setFault(instance, press.fault, target);
      return clearFault(instance, note, press.fault, target);
    },
  };
}

const end = (): void => void process.kill(process.pid, "SIGTERM");

/** The socket that the command outside listens on: its first message. */
async function handedSocket(): Promise<Server> {
  const [, socket] = (await once(process, "message")) as [string, Server];
  // The command outside was killed: no one else would end this one.
  process.once("disconnect", end);
  return socket;
}

async function main(): Promise<void> {
  const socket = await handedSocket();
  const stack = await currentStack(undefined);
  const [served, page] = [await servedStack(stack), await pageFiles(faultPage)];
  const handler = faultsHandler(actions(), randomBytes(24).toString("base64url"));
  const options = { json: process.argv.includes("--json"), open: process.argv.includes("--open") };
  await serve(stack.name, { ...served, page, more: { "/api/faults": handler } }, socket, options);
  process.off("disconnect", end).disconnect();
}

main().catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
