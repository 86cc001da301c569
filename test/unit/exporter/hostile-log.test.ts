import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  endOfLog,
  type Ignored,
  ignoredReasons,
  linesSince,
  type LogPosition,
} from "@ghrunners/exporter/host/follow-log";
import { addEvent, emptyLedger } from "@ghrunners/exporter/host/jobs";
import { parseLogLine } from "@ghrunners/exporter/host/listener-log";

const now = Date.parse("2026-01-02T00:00:00Z") / 1000;
const page = "Runner_20260101-000000-utc.log";
const nextPage = "Runner_20260101-120000-utc.log";

describe("the listener's log in a folder that jobs write to", () => {
  let folder: string;
  let place: LogPosition;
  let ignored: Ignored;
  const write = (name: string, text: string): void => appendFileSync(path.join(folder, name), text);
  /** Reads until nothing new comes, at most as often as the exporter reads in a quarter of an hour. */
  const read = (looks = 180): string[] => {
    const seen: string[] = [];
    for (let count = 0; count < looks; count += 1) {
      const next = linesSince(folder, place, now);
      for (const line of next.lines) seen.push(line);
      ({ place } = next);
      for (const reason of ignoredReasons) ignored[reason] = (ignored[reason] ?? 0) + (next.ignored[reason] ?? 0);
    }
    return seen;
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-hostile-"));
    write(page, "old\n");
    ({ place } = endOfLog(folder, now));
    ignored = {};
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("does not block on a FIFO, and reads the genuine files after it", () => {
    execFileSync("mkfifo", [path.join(folder, "Runner_20260101-060000-utc.log")]);
    // In a process of its own: a process that hangs in open(2) cannot report it.
    const look = `const { linesSince, endOfLog } = require("@ghrunners/exporter/host/follow-log");
      process.stdout.write(JSON.stringify([linesSince(process.argv[1], ${JSON.stringify(place)}, ${now}), endOfLog(process.argv[1], ${now})]));`;
    const child = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", look, folder], {
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.equal(child.signal, null, "it hangs");
    write(nextPage, "genuine\n");
    assert.deepEqual(read(1), ["genuine"], child.stderr);
    assert.equal(ignored.no_file, 1);
  });

  it("follows no link, and opens no folder, socket or file of another form of name", async () => {
    writeFileSync(path.join(folder, "secret"), "secret\n");
    symlinkSync(path.join(folder, "secret"), path.join(folder, "Runner_20260101-010000-utc.log"));
    symlinkSync("/dev/zero", path.join(folder, "Runner_20260101-020000-utc.log"));
    mkdirSync(path.join(folder, "Runner_20260101-030000-utc.log"));
    const server = createServer();
    await new Promise<void>((done) => server.listen(path.join(folder, "Runner_20260101-040000-utc.log"), done));
    try {
      write("Runner_zzz.log", "no page\n");
      write("Runner_20260101-050000-utc.log\nx.log", "no page\n");
      write(nextPage, "genuine\n");
      assert.deepEqual(read(1), ["genuine"]);
      assert.equal(ignored.no_file, 4);
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it("does not take a page of the future for the newest", () => {
    write("Runner_99991231-000000-utc.log", "forged\n");
    write(page, "genuine\n");
    assert.deepEqual(read(1), ["genuine"]);
    assert.equal(ignored.future, 1);
    write(nextPage, "later\n");
    assert.deepEqual(read(1), ["later"]);
    assert.equal(endOfLog(folder, now).place.since, nextPage);
  });

  it("comes back from a place in the future, which a clock that was ahead has left", () => {
    place = { since: "Runner_99991231-000000-utc.log", pages: [] };
    read(1);
    write(page, "genuine\n");
    assert.deepEqual(read(1), ["genuine"]);
  });

  it("goes on with a page that grows after a newer one came, as when the listener is asked for its version", () => {
    write(nextPage, "a version\n");
    assert.deepEqual(read(1), ["a version"]);
    write(page, "Running job: a\n");
    assert.deepEqual(read(1), ["Running job: a"]);
    // After a restart, too, and from the end of both.
    ({ place } = endOfLog(folder, now));
    write(page, "completed\n");
    assert.deepEqual(read(1), ["completed"]);
  });

  it("follows so many pages and no more, those that grow", () => {
    for (let second = 0; second < 80; second += 1) {
      const clock = `${Math.floor(second / 60)}`.padStart(2, "0") + `${second % 60}`.padStart(2, "0");
      write(`Runner_20260101-01${clock}-utc.log`, "x\n");
    }
    read(3);
    assert.ok(place.pages.length <= 64, String(place.pages.length));
    assert.ok((ignored.too_many ?? 0) > 0);
    assert.deepEqual(read(3), []);
  });

  it("gets past a line that does not end, whatever its length, and does not take its end for a line", () => {
    write(page, `${"x".repeat(3_000_000)}Running job: forged\ngenuine\n`);
    assert.deepEqual(read(), ["genuine"]);
    write(page, "half a ");
    assert.deepEqual(read(3), []);
    write(page, "line\n");
    assert.deepEqual(read(1), ["half a line"]);
  });

  it("is not kept from the next page by one of a terabyte", () => {
    truncateSync(path.join(folder, page), 2 ** 40);
    write(nextPage, "genuine\n");
    assert.deepEqual(read(), ["genuine"]);
    assert.ok((ignored.too_large ?? 0) > 0);
  });

  it("reads no more at once than its share, over all pages", () => {
    for (let hour = 10; hour < 20; hour += 1) write(`Runner_20260101-${hour}0000-utc.log`, "y\n".repeat(400_000));
    const bytes = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
    assert.ok(bytes(read(1)) <= 2 ** 20);
    assert.equal(bytes(read()), 10 * 800_000 - 2 ** 20);
  });

  it("says of a line with a time that is still to come that it is one, and counts no job for it", () => {
    const forged = parseLogLine("[9999-12-31 00:00:00Z INFO JobDispatcher] Running job: a", now);
    assert.equal(forged, "future");
    assert.equal(parseLogLine("[9999-12-31 00:00:00Z INFO JobDispatcher] nothing of use", now), undefined);
    const started = parseLogLine("[2026-01-01 00:00:00Z INFO JobDispatcher] Running job: a", now);
    assert.ok(started !== undefined && started !== "future");
    assert.equal(addEvent(emptyLedger, started).runningSince, now - 86_400);
  });
});
