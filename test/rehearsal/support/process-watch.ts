import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { WatchRequest, WatchReport } from "./process-watch.worker";

/**
 * Watches every process of this host while the work runs.
 * @returns the work's result and what was seen
 */
export async function whileWatchingProcesses<T>(
  request: WatchRequest,
  work: () => Promise<T>,
): Promise<{ result: T; report: WatchReport }> {
  const child = fork(path.join(__dirname, "process-watch.worker.ts"), [], { execArgv: ["--require", "tsx/cjs"] });
  const died = once(child, "exit").then(() => Promise.reject(new Error("The watch ended too early.")));
  died.catch(() => undefined); // Its end is wanted in the end.
  const answer = (): Promise<unknown[]> => Promise.race([once(child, "message"), died]);
  try {
    child.send(request);
    await answer(); // It has looked once.
    const result = await work();
    child.send("end");
    const [report] = (await answer()) as [WatchReport];
    return { result, report };
  } finally {
    child.kill("SIGKILL");
  }
}
