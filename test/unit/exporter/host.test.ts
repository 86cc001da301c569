import assert from "node:assert/strict";
import { parseConnections } from "@ghrunners/exporter/host/connections";
import { evaluateHost, isConnected, lastCheckin } from "@ghrunners/exporter/host/evaluate";
import type { HostFacts } from "@ghrunners/exporter/host/facts";
import { addEvent, emptyLedger, type JobLedger } from "@ghrunners/exporter/host/jobs";
import { type LogEvent, parseLogLine } from "@ghrunners/exporter/host/listener-log";
import { judgeProcesses, stateOf } from "@ghrunners/exporter/host/processes";
import type { Sample } from "@ghrunners/metrics-server/samples";
import { counterSeries, histogramSeries } from "@ghrunners/metrics-server/tally";

const at = (text: string): number => Date.parse(text) / 1000;

describe("processes of the unit", () => {
  const process = (state: string, ...argv: string[]): { state: string; argv: string[] } => ({ state, argv });

  it("are GitHub's binaries or scripts of the same name", () => {
    const real = process("S", "/opt/actions-runner/bin/Runner.Listener", "run", "--startuptype", "service");
    const worker = process("R", "/opt/actions-runner/bin/Runner.Worker", "spawnclient", "118", "121");
    const script = process("S", "node", "--max-old-space-size=64", "/opt/actions-runner/bin/Runner.Listener.js", "run");
    assert.deepEqual(judgeProcesses([real]), { listener: true, worker: false });
    assert.deepEqual(judgeProcesses([script, worker]), { listener: true, worker: true });
  });

  it("that are stopped, dead or only named so do not count", () => {
    const name = "/opt/actions-runner/bin/Runner.Listener";
    for (const state of ["T", "t", "Z", "X"])
      assert.equal(judgeProcesses([process(state, name)]).listener, false, state);
    const service = process("S", "./externals/node20/bin/node", "./bin/RunnerService.js");
    const editor = process("S", "/usr/bin/vi", "-R", "-n", "/opt/actions-runner/bin/Runner.Worker");
    assert.deepEqual(judgeProcesses([service, editor]), { listener: false, worker: false });
  });

  it("tell their state behind a name with brackets and blanks", () => {
    assert.equal(stateOf("1382 (Runner) (x) R 1 S) T 1 1382 1382 0 -1"), "T");
    assert.equal(stateOf("1382 (node) S 1 1382"), "S");
  });
});

describe("connections by ss", () => {
  // Recorded on a runner; the second line is the heartbeat's connection.
  const own =
    "0      0      198.51.100.52:37676 198.51.100.2:443 timer:(keepalive,952ms,0) uid:999 ino:1929573 sk:1005 cgroup:/system.slice/actions.runner.x.service <-> ts sack bbr bytes_sent:2113 bytes_acked:2114 bytes_received:2429 lastsnd:29752 lastrcv:29756 lastack:48\n" +
    "0      0      198.51.100.52:37692 198.51.100.2:443 uid:999 ino:1929652 sk:1006 <-> ts sack bytes_received:17713 lastsnd:1920 lastrcv:1920 lastack:908\n";

  it("give the time of the newest bytes", () => {
    assert.deepEqual(parseConnections(own, 999, 1000), { established: 2, lastReceived: 1000 - 1.92 });
  });

  it("of other users do not count, and root's carry no user", () => {
    const foreign = own.replace(/uid:999 /g, "uid:1000 ");
    assert.deepEqual(parseConnections(foreign, 999, 1000), { established: 0, lastReceived: undefined });
    assert.equal(parseConnections(own.replace(/uid:999 /g, ""), 0, 1000).established, 2);
  });

  it("on which nothing ever came in are no evidence; one that has just received has no lastrcv", () => {
    assert.equal(parseConnections(own.replace(/bytes_received:\d+ /g, ""), 999, 1000).lastReceived, undefined);
    assert.equal(parseConnections(own.replace(/lastrcv:\d+ /g, ""), 999, 1000).lastReceived, 1000);
    assert.deepEqual(parseConnections("", 999, 1000), { established: 0, lastReceived: undefined });
  });
});

describe("the listener's log", () => {
  const now = at("2026-12-01T00:00:00Z");
  const event = (line: string): LogEvent | undefined => {
    const parsed = parseLogLine(line, now);
    assert.notEqual(parsed, "future", line);
    return parsed as LogEvent | undefined;
  };

  it("is read in GitHub's form and in the plain one", () => {
    const start = at("2026-09-23T03:11:46Z");
    for (const line of [
      "[2026-09-23 03:11:46Z INFO Terminal] WRITE LINE: 2026-09-23 03:11:46Z: Running job: some (x) / build",
      "[2026-09-23 03:11:46Z INFO JobDispatcher] Running job: some (x) / build",
    ])
      assert.deepEqual(event(line), { kind: "started", at: start }, line);
    assert.deepEqual(
      event(
        "[2025-07-23 02:38:05Z INFO Terminal] WRITE LINE: 2025-07-23 02:38:05Z: Job call-build-and-deploy / build-and-deploy completed with result: Succeeded",
      ),
      { kind: "ended", at: at("2025-07-23T02:38:05Z"), result: "succeeded" },
    );
  });

  it("is marked as from the future where a line has such a time and says that a job ended", () => {
    const line = "[9999-12-31 00:00:00Z INFO JobDispatcher] Job a completed with result: Failed";
    assert.equal(parseLogLine(line, now), "future");
    assert.equal(parseLogLine("[9999-12-31 00:00:00Z INFO JobDispatcher] anything else", now), undefined);
  });

  it("is no evidence of a connection, since a job can write it", () => {
    assert.equal(event("[2026-11-22 08:00:02Z INFO Runner] Listening for Jobs"), undefined);
    assert.equal(event("[2026-11-22 08:00:02Z WARN MessageListener] Runner reconnected."), undefined);
    const idle = "No message retrieved within last 30 minutes.";
    assert.equal(event(`[2026-11-22 08:00:02Z INFO BrokerMessageListener] ${idle}`), undefined);
  });

  it("knows GitHub's results", () => {
    const line = (result: string): string =>
      `[2026-01-01 00:00:00Z INFO JobDispatcher] Job a completed with result: ${result}`;
    const results = ["Succeeded", "SucceededWithIssues", "Failed", "Canceled", "Abandoned", "Skipped", "Invented"].map(
      (result) => (event(line(result)) as { result: string }).result,
    );
    assert.deepEqual(results, ["succeeded", "succeeded", "failed", "canceled", "lost", "canceled", "lost"]);
  });

  it("counts a job once, although the runner says its end twice in different words", () => {
    const lines = [
      "[2026-01-01 00:00:00Z INFO JobDispatcher] finish job request for job e5f216c1 with result: Succeeded",
      "[2026-01-01 00:00:00Z INFO Terminal] WRITE LINE: 2026-01-01 00:00:00Z: Job a completed with result: Succeeded",
      "[2026-01-01 00:00:00Z INFO JobDispatcher] Worker finished for job e5f216c1. Code: 100",
    ];
    assert.equal(lines.filter((line) => event(line)?.kind === "ended").length, 1);
  });

  it("says nothing by other lines, whatever is in them", () => {
    for (const line of [
      "",
      "   continued text: Job a completed with result: Succeeded",
      "[2026-01-01 00:00:00Z INFO Terminal] WRITE LINE: 2026-01-01 00:00:00Z: Runner connect error: no route. Retrying until reconnected.",
      "[not-a-time INFO Terminal] Running job: a",
      "[2026-01-01 00:00:00Z INFO Job] echo Running job: a",
    ])
      assert.equal(event(line), undefined, line);
  });
});

describe("jobs of the runner", () => {
  const jobs = (ledger: JobLedger): Record<string, number> =>
    Object.fromEntries(
      counterSeries(ledger.tally, "runnerJobs").map(({ labels, value }) => [labels.result ?? "", value]),
    );

  it("begin with every series at 0", () => {
    assert.deepEqual(jobs(emptyLedger), { succeeded: 0, failed: 0, canceled: 0, lost: 0 });
    assert.equal(histogramSeries(emptyLedger.tally, "runnerJobDuration").length, 4);
  });

  it("are counted with their duration", () => {
    const ledger = addEvent(addEvent(emptyLedger, { kind: "started", at: 100 }), {
      kind: "ended",
      at: 145,
      result: "failed",
    });
    assert.deepEqual(jobs(ledger), { succeeded: 0, failed: 1, canceled: 0, lost: 0 });
    const duration = histogramSeries(ledger.tally, "runnerJobDuration").find(
      ({ labels }) => labels.result === "failed",
    );
    assert.deepEqual([duration?.count, duration?.sum, duration?.cumulated.slice(0, 4)], [1, 45, [0, 0, 1, 1]]);
    assert.equal(ledger.runningSince, undefined);
  });

  it("that never ended were lost with their listener", () => {
    const twice = [1, 2].reduce((ledger, time) => addEvent(ledger, { kind: "started", at: time }), emptyLedger);
    assert.equal(jobs(twice).lost, 1);
    assert.equal(twice.runningSince, 2);
  });
});

describe("the host's view of its runner", () => {
  const now = 1_000_000;
  const healthy: HostFacts = {
    at: now,
    unit: { active: true, activeSince: now - 500, restarts: 0, controlGroup: "/x", user: "actions-runner" },
    processes: { listener: true, worker: false },
    connections: { established: 2, lastReceived: now - 20 },
    sshActive: true,
    sudo: { at: now - 30, usable: true },
    jobFolders: { _diag: true, _work: false },
    version: "2.336.0",
    workFolderBytes: 4096,
    probe: { reachable: true, clockOffset: 0.1 },
  };
  const values = (facts: HostFacts, before?: number): Partial<Record<Sample["metric"], number>> =>
    Object.fromEntries(
      evaluateHost(facts, lastCheckin(facts, before), 120, "v").map(({ metric, value }) => [metric, value]),
    );

  it("a healthy and idle runner is reported as such", () => {
    const seen = values(healthy);
    assert.deepEqual(
      [seen.runnerStatus, seen.runnerCapacity, seen.runnerBusy, seen.runnerListenerConnected, seen.runnerLastCheckin],
      [1, 1, 0, 1, now - 20],
    );
  });

  it("each folder of jobs is reported by its name", () => {
    const shown = evaluateHost(healthy, undefined, 120, "v").filter(({ metric }) => metric === "runnerJobFolderUsable");
    assert.deepEqual(
      shown.map(({ labels, value }) => [labels.folder, value]),
      [
        ["_diag", 1],
        ["_work", 0],
      ],
    );
  });

  it("a job takes the slot", () => {
    const seen = values({ ...healthy, processes: { listener: true, worker: true } });
    assert.deepEqual([seen.runnerStatus, seen.runnerCapacity, seen.runnerBusy], [1, 0, 1]);
  });

  it("a unit that is off is off, whatever else is unknown", () => {
    const off = { active: false, activeSince: undefined, restarts: 3, controlGroup: undefined, user: undefined };
    const seen = values({ ...healthy, unit: off, processes: undefined, connections: undefined });
    assert.deepEqual(
      [seen.runnerStatus, seen.runnerCapacity, seen.runnerBusy, seen.runnerServiceActive, seen.runnerListenerConnected],
      [0, 0, 0, 0, 0],
    );
    assert.equal("runnerServiceStart" in seen, false);
  });

  it("a listener that stands still, is missing, or hears nothing is not connected", () => {
    const cases: Partial<HostFacts>[] = [
      { processes: { listener: false, worker: false } },
      { connections: { established: 1, lastReceived: now - 121 } },
      { connections: { established: 0, lastReceived: undefined } },
      { connections: { established: 3, lastReceived: undefined } },
    ];
    for (const change of cases) {
      const seen = values({ ...healthy, ...change });
      assert.deepEqual(
        [seen.runnerStatus, seen.runnerListenerConnected, seen.runnerCapacity],
        [0, 0, 0],
        JSON.stringify(change),
      );
      assert.equal(seen.runnerServiceActive, 1);
    }
  });

  it("a gap between two polls is none, a longer one is", () => {
    const gap = { ...healthy, connections: { established: 0, lastReceived: undefined } };
    assert.equal(isConnected(gap, now - 14, 120), true);
    assert.equal(isConnected(gap, now - 16, 120), false);
  });

  it("evidence does not go back in time", () => {
    assert.equal(lastCheckin(healthy, now - 5), now - 5);
    assert.equal(lastCheckin({ ...healthy, connections: undefined }, undefined), undefined);
  });

  it("evidence of the future is none: a runner that is cut off is not connected because a clock was ahead", () => {
    const cutOff = { ...healthy, connections: { established: 1, lastReceived: now - 150 } };
    assert.equal(lastCheckin(cutOff, 253_402_128_000), now - 150);
    assert.deepEqual(values(cutOff, 253_402_128_000).runnerListenerConnected, 0);
  });

  it("what is not known is absent", () => {
    const unknown: HostFacts = {
      at: now,
      unit: undefined,
      processes: undefined,
      connections: undefined,
      ...{ sshActive: undefined, sudo: undefined },
      jobFolders: undefined,
      version: undefined,
      workFolderBytes: undefined,
      probe: { reachable: false, clockOffset: undefined },
    };
    assert.deepEqual(Object.keys(values(unknown)).sort(), [
      "runnerExporterBuild",
      "runnerExporterCollection",
      "runnerGithubReachable",
    ]);
    const half = values({ ...healthy, connections: undefined });
    assert.equal("runnerStatus" in half, false);
    assert.equal("runnerCapacity" in half, false);
    assert.equal(half.runnerServiceActive, 1);
  });
});
