/** Stacks that a person made in a lab's shell: they are in the lab's backend, and would end with it. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { blankOwner } from "../blank";
import type { Instance } from "../instance";
import { labStack } from "./stack-files";

/**
 * Names of the stacks in a lab's backend that the lab did not make. In a blank lab every stack is a rehearsal's.
 * @example otherStacks(instance) // ["ghrunners/acme"]
 */
export function otherStacks(instance: Instance): string[] {
  const folder = path.join(instance.backend, ".pulumi", "stacks");
  if (blankOwner(instance) !== undefined || !existsSync(folder)) return [];
  const own = [undefined, "staging" as const, "production" as const].map((further) => labStack(instance, further));
  return readdirSync(folder).flatMap((project) =>
    readdirSync(path.join(folder, project))
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .filter((name) => project !== "ghrunners" || !own.includes(name))
      .map((name) => `${project}/${name}`),
  );
}

/**
 * Refuses to end a lab with such stacks: whoever ran `pulumi stack init` there may take them for their own backend's.
 * @throws Error that names them and how to keep them
 */
export function refuseToLoseStacks(instance: Instance): void {
  const others = otherStacks(instance);
  if (others.length === 0) return;
  throw new Error(
    `The lab "${instance.name}" has stacks that are not its own: ${others.join(", ")}. They are in its backend, which ` +
      "ends with it. Expected none. Next: to keep one, pulumi stack export --stack organization/NAME --file FILE in " +
      "npm run lab -- shell; then npm run lab -- down --with-stacks",
  );
}
