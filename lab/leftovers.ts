/** Machines and networks on this machine that have a lab's name, and whose lab kept its state in another folder. */
import { existsSync, readdirSync, statSync } from "node:fs";
import type { Instance } from "./instance";
import { destroyAll } from "./machines";
import { quietly } from "./process-tree";

/** Processes in a network namespace: those whose namespace has the same inode number. Source: namespaces(7). */
function processesIn(netns: string): number[] {
  const wanted = statSync(netns).ino;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => quietly(() => statSync(`/proc/${pid}/ns/net`).ino === wanted, false));
}

/**
 * Removes the machines and the network of a lab of this name whose state was kept in another folder and that was
 * killed: machines outlive the lab's services, have the new lab's addresses, and would look like machines of another
 * owner. Call it for a lab that has no state yet. Needs root.
 * @throws Error when that lab's services run, so that it is still in use
 */
export async function removeLeftovers(instance: Instance, say: (line: string) => void): Promise<void> {
  if (!existsSync(instance.netns)) return;
  const services = processesIn(instance.netns);
  if (services.length > 0) {
    throw new Error(
      `Another lab named "${instance.name}" runs on this machine (processes ${services.join(", ")}), and its state is not ` +
        `in ${instance.state}. Expected one lab of a name. ` +
        "Next: end it with the XDG_STATE_HOME that it was started with, npm run lab -- down, or name this one: GHRUNNERS_LAB=NAME npm start",
    );
  }
  say(`Removing what is left of a lab named "${instance.name}" that was killed`);
  await destroyAll(instance.name);
}
