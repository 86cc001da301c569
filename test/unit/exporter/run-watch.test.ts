import assert from "node:assert/strict";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { type Cursor, newCursor } from "@ghrunners/exporter/fleet/cursor";
import { startTally } from "@ghrunners/exporter/fleet/jobs";
import { RunWatch } from "@ghrunners/exporter/fleet/run-watch";
import { fleetConfig } from "@ghrunners/exporter/config";
import { emptyTally } from "@ghrunners/metrics-server/tally";

const created = "2026-01-01T12:00:00Z";
const start = Date.parse(created) / 1000;
const config = fleetConfig.parse({
  ...{
    view: "fleet",
    label: "production",
    listen: { host: "127.0.0.1", port: 0 },
    githubUrl: "https://github.example",
  },
  repository: "octo-org/demo-app",
  runners: [{ name: "runner-1", role: "primary", labels: ["self-hosted", "production"] }],
});

/** GitHub with one run of one job, whose status a test sets. */
class OneJob {
  status = "queued";
  now = start;
  private moves = 0;

  watch(cursor: Cursor = newCursor(start - 1)): RunWatch {
    const tally = startTally(config, emptyTally);
    const progress = { cursor, tally, streaks: {} };
    return new RunWatch(this as unknown as GitHubClient, config, progress, () => this.now);
  }

  async get<Value>(_: string, __: object, project: (raw: unknown) => Value): Promise<Value> {
    const run = { id: 1, status: "in_progress", path: ".github/workflows/deploy.yml", created_at: created };
    return project({ workflow_runs: [{ ...run, updated_at: `${++this.moves}` }] });
  }

  async pages<Value>(_: string, __: object, items: (raw: unknown) => Value[]): Promise<Value[]> {
    const job = { id: 2, name: "Deploy", status: this.status, conclusion: null, labels: ["self-hosted"] };
    return items({ jobs: [{ ...job, runner_name: null, created_at: created, started_at: null, completed_at: null }] });
  }
}

describe("since when a job waits for a runner", () => {
  let github: OneJob;
  beforeEach(() => (github = new OneJob()));

  /** Polls at this many seconds after the job was made, with this status. */
  async function poll(watch: RunWatch, seconds: number, status: string): Promise<number | undefined> {
    github.now = start + seconds;
    github.status = status;
    await watch.poll(false);
    const since = watch.open[0]?.jobs[0]?.queuedSince;
    return since === undefined ? undefined : since - start;
  }

  it("is its creation if it was queued at once", async () => {
    const watch = github.watch();
    assert.deepEqual([await poll(watch, 30, "queued"), await poll(watch, 60, "queued")], [undefined, undefined]);
  });

  for (const before of ["waiting", "pending"])
    it(`is the first sight of it queued if it was ${before} before`, async () => {
      const watch = github.watch();
      assert.equal(await poll(watch, 30, before), undefined);
      assert.equal(await poll(watch, 3_600, "queued"), 3_600);
      assert.equal(await poll(watch, 3_630, "queued"), 3_600);
    });

  it("is not the time of its approval's wait after a restart", async () => {
    const watch = github.watch();
    await poll(watch, 30, "waiting");
    const again = github.watch(watch.progress.cursor);
    assert.equal(await poll(again, 3_600, "queued"), 3_600);
  });
});
