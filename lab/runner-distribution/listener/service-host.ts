import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

/**
 * bin/RunnerService.js: keeps the listener alive while the unit runs. Starts it again 5 s after it ended, except when
 * another start would not help, and gives up after 10 failures in a row.
 */
const restartDelayMs = 5_000;
const mostFailures = 10;
const killDelayMs = 30_000;
/** A listener that ran this long did not fail at start. */
const healthyMs = 60_000;

const endsService: Readonly<Record<number, string>> = {
  0: "Runner listener exit with 0 return code, stop the service, no retry needed.",
  1: "Runner listener exit with terminated error, stop the service, no retry needed.",
  5: "Runner listener exit with Session Conflict error, stop the service, no retry needed.",
  7: "Runner listener exit with deprecated version exit code, stop the service, no retry needed.",
};
const restarts: Readonly<Record<number, string>> = {
  2: "Runner listener exit with retryable error, re-launch runner in 5 seconds.",
  3: "Runner listener exit because of updating, re-launch runner in 5 seconds.",
  4: "Runner listener exit because of updating, re-launch runner in 5 seconds.",
};

let listener: ChildProcess | undefined;
let stopping = false;
let failures = 0;

function start(): void {
  console.log("Starting Runner listener with startup type: service");
  const began = Date.now();
  // By way of the root: after an update, the link `bin` leads to another folder than this one.
  const child = spawn(path.join(__dirname, "..", "bin", "Runner.Listener"), ["run", "--startuptype", "service"], {
    cwd: path.dirname(__dirname),
    stdio: ["ignore", "inherit", "inherit"],
  });
  listener = child;
  console.log(`Started listener process, pid: ${child.pid}`);
  child.once("error", (error) => console.log(`Runner listener fail to start with error ${error.message}`));
  child.once("close", (code, signal) => ended(code ?? -1, signal, Date.now() - began));
}

function ended(code: number, signal: NodeJS.Signals | null, livedMs: number): void {
  listener = undefined;
  console.log(`Runner listener exited with error code ${signal ?? code}`);
  if (stopping) process.exit(0);
  const final = endsService[code];
  if (final !== undefined) {
    console.log(final);
    process.exit(0);
  }
  failures = livedMs > healthyMs ? 1 : failures + 1;
  if (failures >= mostFailures) {
    console.error("The runner listener process failed and the retry limit has been reached. Exiting...");
    process.exit(1);
  }
  console.log(restarts[code] ?? "Runner listener exit with undefined return code, re-launch runner in 5 seconds.");
  setTimeout(start, restartDelayMs);
}

function stop(): void {
  stopping = true;
  console.log("Shutting down runner listener");
  if (listener === undefined) process.exit(0);
  console.log("Sending SIGINT to runner listener to stop");
  listener.kill("SIGINT");
  setTimeout(() => {
    console.log("Sending SIGKILL to runner listener");
    listener?.kill("SIGKILL");
  }, killDelayMs).unref();
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
start();
