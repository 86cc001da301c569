import { spawn } from "node:child_process";
import path from "node:path";
import type { RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";

/** The installed agent on a folder, called as a process. */
export function localAgent(program: string, root: string): RemoteAgent {
  return {
    call: (args, input, limitMs) =>
      new Promise((resolve) => {
        const child = spawn(path.resolve(program), args, {
          env: { PATH: process.env.PATH, GHRUNNERS_ROOT: root },
          timeout: limitMs,
          killSignal: "SIGKILL",
        });
        let text = "";
        child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
        child.stdin.on("error", () => undefined).end(input);
        child.once("close", (code) => {
          const last = text.trim().split("\n").at(-1) ?? "";
          resolve({ code: code ?? 255, value: last === "" ? {} : (JSON.parse(last) as unknown) });
        });
      }),
  };
}
