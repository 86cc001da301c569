import Mocha from "mocha";
import path from "node:path";
import { instanceNamed } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import { treeOf } from "@ghrunners/lab/process-tree";
import { end } from "@ghrunners/lab/processes";
import { identityOf } from "@ghrunners/core/process-identity";
import type { TestFailure } from "./failures";
import { openedLabs } from "@ghrunners/lab/driver/opened-labs";
import type { FileTiming } from "./timings";

/** Runs the test files named as arguments in this process and reports the counts to the parent. */
export interface LayerResult {
  readonly passed: number;
  readonly failures: readonly TestFailure[];
  readonly skipped: number;
  /** How long tests and hooks took. */
  readonly timings: readonly FileTiming[];
}

const [timeout, jobs, grep, ...files] = process.argv.slice(2);
const mocha = new Mocha({
  timeout: Number(timeout),
  reporter: "spec",
  grep: grep === "" ? undefined : grep,
  // With one job the files run in this process; with more, mocha starts processes that have to read TypeScript too.
  parallel: Number(jobs) > 1,
  jobs: Number(jobs),
  require: ["tsx/cjs"],
  // The parent knows whether there is a terminal; this process writes to a pipe.
  color: process.env.FORCE_COLOR === "1",
});
for (const file of files) mocha.addFile(file);

const placeOf = ({ file, parent, title }: Mocha.Runnable): { file: string; title: string } => ({
  file: path.relative(process.cwd(), file ?? parent?.file ?? ""),
  title: `${parent?.fullTitle() ?? ""} ${title}`.trim(),
});

const timings: FileTiming[] = [];
function took(runnable: Mocha.Runnable): void {
  timings.push({ ...placeOf(runnable), milliseconds: runnable.duration ?? 0 });
}

const failures: TestFailure[] = [];
function failed(runnable: Mocha.Runnable, error: Error | undefined): void {
  failures.push({ ...placeOf(runnable), text: error?.stack ?? String(error) });
}

const runner = mocha.run((count) => {
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  const result: LayerResult = { passed: passes, failures, skipped: pending, timings };
  process.send?.(result, () => process.exit(count === 0 ? 0 : 1));
});
runner.on("test end", took);
runner.on("hook end", took);
runner.on("fail", failed);

/** Ctrl-C: no further test, nothing that these tests started goes on, none of their labs stays. */
async function interrupted(): Promise<void> {
  runner.abort();
  const started = treeOf(process.pid).flatMap((pid) => (pid === process.pid ? [] : (identityOf(pid) ?? [])));
  await Promise.allSettled(started.map((one) => end(one)));
  for (const name of openedLabs) await labDown(instanceNamed(name), () => undefined);
}
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void interrupted().finally(() => process.exit(130));
  });
}
