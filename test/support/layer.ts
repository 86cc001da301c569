import Mocha from "mocha";
import path from "node:path";
import type { Timing } from "./timings";

/** Runs the test files named as arguments in this process and reports the counts to the parent. */
export interface LayerResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How long tests and hooks took. */
  readonly timings: readonly Timing[];
}

const [timeout, grep, ...files] = process.argv.slice(2);
const mocha = new Mocha({
  timeout: Number(timeout),
  reporter: "spec",
  grep: grep === "" ? undefined : grep,
  // The parent knows whether there is a terminal; this process writes to a pipe.
  color: process.env.FORCE_COLOR === "1",
});
for (const file of files) mocha.addFile(file);

const timings: Timing[] = [];
function took({ file, duration, parent, title }: Mocha.Runnable): void {
  const where = path.relative(process.cwd(), file ?? parent?.file ?? "");
  timings.push({ file: where, title: `${parent?.fullTitle() ?? ""} ${title}`.trim(), milliseconds: duration ?? 0 });
}

const runner = mocha.run((failures) => {
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  const result: LayerResult = { passed: passes, failed: failures, skipped: pending, timings };
  process.send?.(result, () => process.exit(failures === 0 ? 0 : 1));
});
runner.on("test end", took);
runner.on("hook end", took);
