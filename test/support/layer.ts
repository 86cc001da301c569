import Mocha from "mocha";

/** Runs the test files named as arguments in this process and reports the counts to the parent. */
export interface LayerResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
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
const runner = mocha.run((failures) => {
  const { passes = 0, pending = 0 } = runner.stats ?? {};
  process.send?.({ passed: passes, failed: failures, skipped: pending } satisfies LayerResult, () =>
    process.exit(failures === 0 ? 0 : 1),
  );
});
