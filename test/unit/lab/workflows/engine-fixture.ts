import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { JobMessage } from "@ghrunners/lab/github/runner-protocol/messages";
import { parseSeed } from "@ghrunners/lab/github/seed";
import { openServices, type Services } from "@ghrunners/lab/github/services";
import { Engine } from "@ghrunners/lab/github/workflows/engine";
import type { JobRecord, RunRecord } from "@ghrunners/lab/github/workflows/records";
import { labLimits } from "@ghrunners/lab/github/workflows/engine-context";

/** The engine over a real store, with a clock that only the test moves; the test does what runners would do. */
export class EngineFixture {
  now = Date.parse("2026-01-01T00:00:00Z");
  readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-engine-"));
  services!: Services;
  engine!: Engine;

  async open(workflows: Record<string, string>): Promise<void> {
    const workflowsDir = path.join(this.folder, ".github/workflows");
    mkdirSync(workflowsDir, { recursive: true });
    for (const [name, text] of Object.entries(workflows)) writeFileSync(path.join(workflowsDir, name), text);
    const seed = parseSeed({
      owner: { login: "octo-org", id: 1, type: "User" },
      users: [{ login: "operator", id: 2 }],
      repository: { id: 7, name: "demo-app", private: true, defaultBranch: "main" },
      publicUrl: "https://github.test",
      workflowsDir,
      distributionsDir: this.folder,
      tokens: [],
      runnerSilenceMilliseconds: 10 ** 9,
    });
    this.services = await openServices(path.join(this.folder, "state"), seed, { now: () => this.now });
    this.engine = new Engine(this.services, labLimits);
  }

  async close(): Promise<void> {
    await this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  addRunner(name: string, labels: readonly string[]): number {
    const id = this.services.store.change((state) => {
      const made = this.services.store.nextId();
      state.runners.push({
        id: made,
        name,
        os: "Linux",
        architecture: "X64",
        version: "2.336.0",
        labels: labels.map((label, index) => ({ id: index + 1, name: label, type: "custom" })),
        ephemeral: false,
        disableUpdate: false,
        createdAt: this.services.store.now(),
        credentialSha256: name,
        announced: "offline",
      });
      return made;
    });
    this.services.presence.heard(id);
    this.engine.tick();
    return id;
  }

  dispatch(file: string, inputs: Record<string, unknown> = {}): number {
    return this.engine.dispatch({ path: `.github/workflows/${file}`, ref: "main", inputs, login: "operator" }).id;
  }

  run(id: number): RunRecord {
    return this.services.store.state.actions.runs.find((run) => run.id === id) as RunRecord;
  }

  jobs(runId: number): JobRecord[] {
    return this.services.store.state.actions.jobs.filter((job) => job.runId === runId);
  }

  show(runId: number): Record<string, string> {
    return Object.fromEntries(
      this.jobs(runId).map((job) => [`${job.name}#${job.runAttempt}`, job.conclusion ?? job.status]),
    );
  }

  /** The runner takes the job it was offered. */
  take(runnerId: number): JobMessage {
    const offered = this.engine.offered(runnerId);
    assert.ok(offered, "the runner was offered a job");
    const message = this.engine.acquire(runnerId, offered.id);
    assert.ok(message);
    return message;
  }

  finish(
    message: JobMessage,
    conclusion: "success" | "failure" = "success",
    outputs: Record<string, string> = {},
  ): void {
    const rest = { steps: [], environmentUrl: "", annotations: [], summary: "" };
    this.engine.complete(message.jobId, { conclusion, outputs, ...rest });
  }

  /** Takes and ends whatever the runner is offered, until nothing is left. */
  drain(runnerId: number, verdict: (name: string) => "success" | "failure" = () => "success"): string[] {
    const done: string[] = [];
    while (this.engine.offered(runnerId) !== undefined) {
      const message = this.take(runnerId);
      done.push(message.name);
      this.finish(message, verdict(message.name), { from: message.name });
    }
    return done;
  }
}
