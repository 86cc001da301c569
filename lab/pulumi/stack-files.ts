/** Names of a lab's stacks, and their files in the checkout, which git ignores (Pulumi.lab*.yaml). */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/**
 * The stack's name: `lab` in the lab of that name, else `lab-NAME`, so that the stack files of labs in one checkout do
 * not meet. The lab's further stacks have their name behind it: `lab-staging`.
 */
export function labStack(instance: { readonly name: string }, further?: "staging" | "production"): string {
  const base = instance.name === "lab" ? "lab" : `lab-${instance.name}`;
  return further === undefined ? base : `${base}-${further}`;
}

/** The stack files of a lab that is gone. */
export function removeStackFiles(instance: { readonly name: string }): void {
  const own = new RegExp(`^Pulumi\\.${labStack(instance)}(-staging|-production)?\\.yaml$`);
  for (const name of readdirSync(projectRoot).filter((entry) => own.test(entry))) rmSync(path.join(projectRoot, name));
}
