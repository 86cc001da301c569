import { spawn } from "node:child_process";
import { once } from "node:events";
import { nodeLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";

/** A lab's console that serves. */
export interface LabConsole {
  readonly url: string;
  /** Ends it as a supervisor does. @returns its exit code */
  close(): Promise<number | null>;
}

/** `npm run lab -- console --json`, as a person starts it. */
export async function openLabConsole(): Promise<LabConsole> {
  const [node = "", ...args] = nodeLine("lab/main.ts", "console", "--json");
  const child = spawn(node, args, { cwd: projectRoot, env: process.env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const close = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const [code] = await exited;
    return code;
  };
  try {
    const { url } = await until("the console tells its address", 60_000, () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      return out.endsWith("}\n") ? (JSON.parse(out) as { url: string }) : undefined;
    });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
