import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

/** The command line that runs a TypeScript file of this checkout, whatever the working directory is. */
export function nodeLine(file: string, ...args: readonly string[]): string[] {
  return [process.execPath, "--require", require.resolve("tsx/cjs"), path.join(projectRoot, file), ...args];
}

/**
 * The command line of `npm run <name> -- <args>` without npm.
 * @throws Error when package.json has no such script
 */
export function npmScriptLine(name: string, ...args: readonly string[]): string[] {
  const text = readFileSync(path.join(projectRoot, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const [file, ...first] = /exec node --require tsx\/cjs (.+)$/.exec(scripts[name] ?? "")?.[1]?.split(" ") ?? [];
  if (file === undefined) throw new Error(`package.json has no script "${name}" that runs a TypeScript file.`);
  return nodeLine(file, ...first, ...args);
}
