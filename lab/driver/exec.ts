import { nodeLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";
import { type Finished, runProcess } from "@ghrunners/core/process";

/** The command line of `npm run lab -- exec -- <line>`, without npm. */
export const execLine = (line: readonly string[]): string[] => nodeLine("lab/main.ts", "exec", "--", ...line);

/** The environment of commands on the lab of the tests: GHRUNNERS_LAB, default "test". */
export const driverEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GHRUNNERS_LAB: process.env.GHRUNNERS_LAB || "test",
});

/** A command inside the lab, as a person types it with `npm run lab -- exec --`, to its end. */
export const labExec = (...line: string[]): Promise<Finished> =>
  runProcess(execLine(line), { cwd: projectRoot, env: driverEnvironment() });
