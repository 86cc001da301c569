import path from "node:path";
import readline from "node:readline";
import type { JobCompletion, JobMessage } from "../../github/runner-protocol/messages";
import { evaluatorWith } from "../../github/workflows/expressions";
import type { ExpressionsLibrary } from "../../github/workflows/library";
import { Diagnostics } from "../listener/diagnostics";
import { release } from "../listener/release";
import { SettingsFolder } from "../listener/settings";
import { JobRun } from "./job";
import { Masks } from "./masks";
import { ServerReporter } from "./reporter";

type ListenerMessage = { kind: "job"; serverUrl: string; message: JobMessage } | { kind: "cancel" };

/** Exit codes of GitHub's worker: 100 and the number of the result. */
const exitCodes: Readonly<Record<JobCompletion["conclusion"], number>> = {
  success: 100,
  failure: 102,
  cancelled: 103,
  timed_out: 103,
};
const abandoned = 105;

/** Runs the one job that comes in on standard input; the end of the input means that the listener is gone. */
export function runWorker(library: ExpressionsLibrary): void {
  let job: JobRun | undefined;
  const input = readline.createInterface({ input: process.stdin });
  input.on("line", (text) => {
    const line = JSON.parse(text) as ListenerMessage;
    if (line.kind === "cancel") {
      job?.cancel();
    } else if (job === undefined) {
      job = prepare(library, line.serverUrl, line.message, (started) => void finish(started));
    }
  });
  input.on("close", () =>
    job?.cancel(
      "The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.",
    ),
  );
}

interface StartedJob {
  readonly run: JobRun;
  readonly reporter: ServerReporter;
  readonly diagnostics: Diagnostics;
}

function prepare(
  library: ExpressionsLibrary,
  serverUrl: string,
  message: JobMessage,
  begin: (started: StartedJob) => void,
): JobRun {
  const root = path.dirname(__dirname);
  const settings = new SettingsFolder(root).read();
  const diagnostics = new Diagnostics(root, "Worker");
  diagnostics.info("Worker", `Job ${message.jobId}: ${message.name}`);
  const masks = new Masks(message.masks);
  const reporter = new ServerReporter(`${serverUrl}/job/${message.jobId}`, message.jobToken, masks);
  const run = new JobRun({
    message,
    workFolder: path.resolve(root, settings.workFolder),
    runnerName: settings.agentName,
    runnerEnvironment: "self-hosted",
    evaluator: evaluatorWith(library),
    reporter,
    masks,
    env: process.env,
    heading: [
      `Current runner version: '${release.version}'`,
      `Runner name: '${settings.agentName}'`,
      "This is the lab runner, not actions/runner.",
    ],
  });
  begin({ run, reporter, diagnostics });
  return run;
}

async function finish({ run, reporter, diagnostics }: StartedJob): Promise<void> {
  try {
    const completion = await run.run();
    await reporter.complete(completion);
    diagnostics.info("Worker", `Job completed with result: ${completion.conclusion}`);
    process.exit(exitCodes[completion.conclusion]);
  } catch (error) {
    diagnostics.error("Worker", (error as Error).message);
    process.exit(abandoned);
  }
}
