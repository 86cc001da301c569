import { readdirSync } from "node:fs";
import type { Command } from "commander";
import { projectRoot } from "@ghrunners/core/project-root";
import { candidates } from "./candidates";
import { scripts, type Shell } from "./scripts";

export function completion(shell: Shell): number {
  process.stdout.write(scripts[shell]);
  return 0;
}

/** Prints one candidate per line, for the completion scripts. */
export function complete(root: Command, words: readonly string[]): number {
  const stacks = readdirSync(projectRoot).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  process.stdout.write(
    candidates(root, words, stacks)
      .map((word) => `${word}\n`)
      .join(""),
  );
  return 0;
}
