import assert from "node:assert/strict";
import fc from "fast-check";
import { type Cursor, cursorSchema, isOpen, newCursor, takeJobs } from "@ghrunners/exporter/fleet/cursor";
import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";

const SINCE = 1_000;

const job = (id: number, attempt: number, status: string, completedAt?: number): JobFacts => ({
  id,
  name: "Deploy",
  attempt,
  status,
  conclusion: status === "completed" ? "success" : undefined,
  labels: ["self-hosted"],
  runner: "runner-1",
  createdAt: SINCE + 1,
  startedAt: SINCE + 2,
  completedAt: status === "completed" ? (completedAt ?? SINCE + 10 + attempt) : undefined,
});

const run = (id: number, attempt: number, status: string, updatedAt = `${attempt}-${status}`): RunFacts => ({
  id,
  attempt,
  status,
  workflows: ["deploy.yml"],
  createdAt: SINCE + id,
  startedAt: SINCE + 1,
  updatedAt,
});

/** What a process keeps on disk. */
const restarted = (cursor: Cursor): Cursor => cursorSchema.parse(JSON.parse(JSON.stringify(cursor)));

describe("counting each job once for each attempt", () => {
  it("whatever is seen, in whatever order, however often, across restarts", () => {
    // One look: a run, how far its jobs are, and whether the exporter restarts before it.
    const look = fc.record({
      run: fc.integer({ min: 1, max: 3 }),
      attempt: fc.integer({ min: 1, max: 3 }),
      done: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      over: fc.boolean(),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 40 }), (looks) => {
        let cursor = newCursor(SINCE);
        const times = new Map<string, number>();
        // GitHub's truth only moves on: an attempt does not go back, a job that is over stays over.
        const attempts = new Map<number, number>();
        const over = new Set<string>();
        for (const { run: id, attempt, done, over: isOver, restart } of looks) {
          if (restart) cursor = restarted(cursor);
          const newest = Math.max(attempts.get(id) ?? 1, attempt);
          attempts.set(id, newest);
          const jobs = Array.from({ length: newest }, (_, index) => index + 1).flatMap((number) =>
            done.map((isDone, index) => {
              const jobId = id * 100 + number * 10 + index;
              // An earlier attempt is over before the next one begins.
              if (isDone || isOver || number < newest) over.add(`${jobId}/${number}`);
              return job(jobId, number, over.has(`${jobId}/${number}`) ? "completed" : "in_progress");
            }),
          );
          const state = run(
            id,
            newest,
            jobs.every(({ status }) => status === "completed") ? "completed" : "in_progress",
          );
          if (!isOpen(cursor, state)) continue;
          const taken = takeJobs(cursor, state, jobs);
          cursor = taken.cursor;
          for (const counted of taken.counted) {
            const key = `${counted.job.id}/${counted.job.attempt}`;
            times.set(key, (times.get(key) ?? 0) + 1);
          }
        }
        assert.deepEqual([...times.keys()].sort(), [...over].sort());
        assert.deepEqual([...new Set(times.values())], over.size === 0 ? [] : [1]);
      }),
      { numRuns: 500 },
    );
  });

  it("not what ended before the first start", () => {
    const jobs = [job(1, 1, "completed", SINCE - 1), job(2, 1, "completed", SINCE)];
    const { counted } = takeJobs(newCursor(SINCE), run(1, 1, "completed"), jobs);
    assert.deepEqual(
      counted.map((entry) => entry.job.id),
      [2],
    );
  });

  it("not a job that a re-run took over from the attempt before", () => {
    const again = { ...run(1, 2, "completed"), startedAt: SINCE + 100 };
    const jobs = [
      job(1, 1, "completed", SINCE + 50),
      job(11, 2, "completed", SINCE + 50),
      job(12, 2, "completed", SINCE + 150),
    ];
    const { counted } = takeJobs(newCursor(SINCE), again, jobs);
    assert.deepEqual(
      counted.map((entry) => entry.job.id),
      [1, 12],
    );
  });

  it("a run that is over is read again only when something of it changed", () => {
    const over = run(1, 1, "completed");
    const { cursor } = takeJobs(newCursor(SINCE), over, [job(1, 1, "completed")]);
    assert.equal(isOpen(cursor, over), false);
    assert.equal(isOpen(cursor, run(1, 2, "queued")), true);
    assert.equal(isOpen(cursor, { ...over, updatedAt: "later" }), true);
  });

  it("a run whose jobs lag behind stays open", () => {
    const { cursor } = takeJobs(newCursor(SINCE), run(1, 1, "completed"), [job(1, 1, "in_progress")]);
    assert.equal(isOpen(cursor, run(1, 1, "completed")), true);
  });

  it("knows whether a job waited for an approval, as far as it looked", () => {
    const states = (...seen: string[]): boolean | undefined => {
      let cursor = newCursor(SINCE);
      for (const status of seen) cursor = takeJobs(cursor, run(1, 1, "in_progress"), [job(1, 1, status)]).cursor;
      return takeJobs(cursor, run(1, 1, "completed"), [job(1, 1, "completed")]).counted[0]?.queuedOnly;
    };
    assert.equal(states("queued", "in_progress"), true);
    assert.equal(states("waiting", "queued", "in_progress"), false);
    assert.equal(states(), undefined);
  });

  it("stays small, and does not count again what it forgot", () => {
    let cursor = newCursor(SINCE);
    for (let id = 1; id <= 2_500; id += 1) {
      cursor = takeJobs(cursor, run(id, 1, "completed"), [job(id, 1, "completed")]).cursor;
    }
    assert.equal(Object.keys(cursor.runs).length, 2_000);
    assert.ok(JSON.stringify(cursor).length < 300_000, `${JSON.stringify(cursor).length} bytes`);
    assert.equal(isOpen(cursor, run(10, 1, "completed", "changed")), false);
    assert.equal(isOpen(cursor, run(2_400, 1, "completed", "changed")), true);
  }).timeout(20_000);
});
