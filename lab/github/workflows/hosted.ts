import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { JobRun } from "../../runner-distribution/worker/job";
import { Masks } from "../../runner-distribution/worker/masks";
import type { Reporter } from "../../runner-distribution/worker/reporter";
import { endOrphans } from "../../runner-distribution/worker/script-process";
import type { JobMessage } from "../runner-protocol/messages";
import type { Services } from "../services";
import type { Evaluator } from "./expressions";
import type { EngineRunner } from "./matching";
import type { JobQueue } from "./job-queue";

/** The lab's one GitHub-hosted machine. Ids of everything else begin far above. */
export const hostedRunner: EngineRunner = {
  id: 1,
  name: "GitHub Actions 1",
  labels: ["ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04"],
  idle: true,
};

const marker = "GHRUNNERS_LAB_HOSTED";

/**
 * Runs jobs for GitHub-hosted labels as child processes of the emulator, one at a time, each in a folder of its own
 * that goes with the job, with an environment that holds nothing of the emulator's and, in a lab with machines, in a
 * network from which only GitHub can be reached. It is no isolation: a hosted job of the lab runs with the rights of
 * the emulator.
 */
export class HostedRunner {
  private readonly folder: string;
  private current: { readonly run: JobRun; readonly ended: Promise<void> } | undefined;
  private closed = false;
  private taking = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly services: Services,
    private readonly jobs: JobQueue,
    private readonly evaluator: Evaluator,
  ) {
    this.folder = path.join(services.store.folder, "hosted");
    // What a killed emulator left behind; the engine fails the job itself after its time.
    endOrphans(marker, this.folder);
    rmSync(this.folder, { recursive: true, force: true });
    this.unsubscribe = services.store.onChange(() => this.takeNext());
  }

  async close(): Promise<void> {
    this.closed = true;
    this.unsubscribe();
    this.current?.run.cancel();
    await this.current?.ended;
  }

  private takeNext(): void {
    if (this.closed || this.current !== undefined) return;
    const offered = this.jobs.offered(hostedRunner.id);
    // Taking a job is a change of the store itself, which calls this again before it returns.
    if (offered === undefined || this.taking) return;
    this.taking = true;
    try {
      this.take(offered.id);
    } finally {
      this.taking = false;
    }
  }

  private take(jobId: number): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const folder = mkdtempSync(path.join(this.folder, "job-"));
    const message = this.jobs.acquire(hostedRunner.id, jobId);
    if (message === undefined) return;
    const run = this.prepare(message, folder);
    this.current = { run, ended: this.finish(run, message, folder) };
  }

  private prepare(message: JobMessage, folder: string): JobRun {
    const masks = new Masks(message.masks);
    const { logs, store, seed } = this.services;
    // Node, curl and git have a variable each.
    const trust =
      seed.authority === undefined
        ? {}
        : {
            NODE_EXTRA_CA_CERTS: seed.authority,
            CURL_CA_BUNDLE: seed.authority,
            GIT_SSL_CAINFO: seed.authority,
          };
    const reporter: Reporter = {
      report: async (steps) =>
        !this.jobs.accepts(message.jobId, message.jobToken) || this.jobs.report(message.jobId, steps),
      log: (line) => logs.append(message.jobId, `${new Date(store.clock.now()).toISOString()} ${masks.apply(line)}\n`),
    };
    return new JobRun({
      message,
      workFolder: folder,
      runnerName: hostedRunner.name,
      runnerEnvironment: "github-hosted",
      evaluator: this.evaluator,
      reporter,
      masks,
      ...(seed.hostedNamespace === undefined
        ? {}
        : { launcher: ["/usr/bin/nsenter", `--net=${seed.hostedNamespace}`, "--"] }),
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8", ...trust, [marker]: this.folder },
      heading: ["This is the lab's hosted machine, not one of GitHub's."],
    });
  }

  private async finish(run: JobRun, message: JobMessage, folder: string): Promise<void> {
    try {
      const completion = await run.run();
      if (this.jobs.accepts(message.jobId, message.jobToken)) this.jobs.complete(message.jobId, completion);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      this.current = undefined;
      this.takeNext();
    }
  }
}
