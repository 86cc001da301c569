import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { JobMessage } from "../../github/runner-protocol/messages";

export type WorkerResult = "Succeeded" | "Failed" | "Canceled" | "Abandoned";

/** Exit codes of the worker: 100 and GitHub's number of the result. */
const results: Readonly<Record<number, WorkerResult>> = {
  100: "Succeeded",
  102: "Failed",
  103: "Canceled",
  105: "Abandoned",
};

/** A job on its way: one worker process, spoken to over its standard input. */
export class WorkerProcess {
  readonly finished: Promise<WorkerResult>;
  private readonly child: ChildProcess;

  constructor(root: string, serverUrl: string, message: JobMessage, env: NodeJS.ProcessEnv) {
    this.child = spawn(path.join(root, "bin", "Runner.Worker"), ["spawnclient"], {
      cwd: root,
      env,
      stdio: ["pipe", "ignore", "inherit"],
      // Ctrl-C in a terminal is for the listener, which forwards it to the worker.
      detached: true,
    });
    this.finished = new Promise((resolve) => {
      this.child.once("error", () => resolve("Abandoned"));
      this.child.once("exit", (code) => resolve(results[code ?? -1] ?? "Abandoned"));
    });
    // The worker may be gone before everything is written; its exit says more than the broken pipe.
    this.child.stdin?.on("error", () => undefined);
    this.send({ kind: "job", serverUrl, message });
  }

  cancel(): void {
    this.send({ kind: "cancel" });
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  private send(line: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }
}
