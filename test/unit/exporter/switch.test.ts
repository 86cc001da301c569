import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { choose, type GateDecision, remember } from "@ghrunners/failover/choice/choose";
import { switchConfig } from "@ghrunners/failover/config";
import { memoryAfter, pauseAfterLook, policyOf } from "@ghrunners/failover/switch/index";
import { reasonLabel } from "@ghrunners/failover/switch/evaluate";
import { DecisionRecords } from "@ghrunners/failover/switch/records";
import { noRedispatches } from "@ghrunners/failover/switch/redispatch";
import { Samples } from "@ghrunners/failover/switch/samples";
import { choiceText, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { isDue, isWritten, pauseAfter, waitBefore } from "@ghrunners/failover/switch/variable";
import { diskView, githubView, hostView, newer, queueView, seenRunner } from "@ghrunners/failover/switch/views";
import { emptyTally } from "@ghrunners/metrics-server/tally";
import { policy, runner } from "../failover/choice/support/runners";
import { switchRunners, SwitchFixture } from "./support/switch";

const [primary, secondary] = switchRunners as [(typeof switchRunners)[0], (typeof switchRunners)[0]];
const now = Date.parse("2026-01-01T00:00:00Z");
const at = (decision: GateDecision, seconds: number): number => Date.parse(decision.decidedAt) + seconds * 1000;

describe("the failover switch: reading", () => {
  it("finds samples by labels, in whatever order, and undoes escapes", () => {
    const samples = new Samples(
      '# HELP a x\na{b="1",c="x\\"y\\\\z\\n"} 1.5\na{c="2",b="2"} NaN\nb 1e+03\nbroken line\nc{d="e"} 7 1700000000\n',
    );
    assert.equal(samples.value({ name: "a" }, { b: "1" }), 1.5);
    assert.equal(samples.label({ name: "a" }, { b: "1" }, "c"), 'x"y\\z\n');
    assert.equal(samples.value({ name: "a" }, { c: "2" }), undefined, "no number is not known");
    assert.equal(samples.value({ name: "b" }), 1000);
    assert.equal(samples.value({ name: "c" }), 7);
    assert.equal(samples.value({ name: "z" }), undefined);
  });

  it("knows nothing of what is absent", () => {
    const nothing = new Samples("");
    assert.equal(hostView(nothing, now, now), undefined);
    assert.equal(diskView(nothing, now), undefined);
    assert.equal(githubView(nothing, primary), undefined);
    assert.equal(queueView(nothing, primary), undefined);
    const bare = hostView(new Samples(`runner_exporter_collection_timestamp_seconds ${now / 1000}`), now, now);
    assert.deepEqual(bare?.facts, {
      ...{ serviceActive: null, listenerConnected: null, version: null },
      ...{ unusableFolders: null, sshActive: null, sudoUsable: null },
    });
    const seen = seenRunner(primary, {}, { known: true, entries: [] }, now);
    assert.deepEqual([seen.host, seen.github, seen.maintenance], [null, null, null]);
  });

  it("knows the folders of jobs only if each is known, and names those that jobs cannot use", () => {
    const facts = (...lines: string[]) =>
      hostView(new Samples([`runner_exporter_collection_timestamp_seconds 1`, ...lines].join("\n")), now, now)?.facts;
    const [diag, work] = ["_diag", "_work"].map(
      (folder) => (usable: number) => `runner_job_folder_usable{folder="${folder}"} ${usable}`,
    ) as [(usable: number) => string, (usable: number) => string];
    assert.deepEqual(facts(diag(1), work(0))?.unusableFolders, ["_work"]);
    assert.deepEqual(facts(diag(0), work(0))?.unusableFolders, ["_diag", "_work"]);
    assert.deepEqual(facts(diag(1), work(1))?.unusableFolders, []);
    assert.equal(facts(work(1))?.unusableFolders, null);
    assert.deepEqual(
      [facts("runner_sudo_usable 0")?.sudoUsable, facts("runner_sudo_usable 1")?.sudoUsable],
      [false, true],
    );
    assert.deepEqual([facts("runner_ssh_active 0")?.sshActive, facts("runner_ssh_active 1")?.sshActive], [false, true]);
  });

  it("knows the use of inodes, which is none where a file system makes them as needed", () => {
    const of = (...values: [name: string, value: number][]) => {
      const line = ([name, value]: [string, number]): string => `node_filesystem_${name}{mountpoint="/"} ${value}`;
      const all: [string, number][] = [["size_bytes", 10], ["avail_bytes", 6], ...values];
      return diskView(new Samples(all.map(line).join("\n")), now)?.facts;
    };
    assert.deepEqual(of(["files", 200], ["files_free", 50]), { diskUsedPercent: 40, inodesUsedPercent: 75 });
    assert.equal(of(["files", 200], ["files_free", 0])?.inodesUsedPercent, 100);
    assert.equal(of(["files", 0], ["files_free", 0])?.inodesUsedPercent, 0);
    assert.equal(of(["files", 200])?.inodesUsedPercent, null);
  });

  it("dates a runner's facts by the runner's own clock, however wrong that is", () => {
    const theirs = now + 3_600_000;
    const samples = new Samples(`runner_exporter_collection_timestamp_seconds ${theirs / 1000 - 4}`);
    assert.equal(hostView(samples, now, theirs)?.at, now - 4_000);
  });

  it("keeps the newer of two views", () => {
    const [old, young] = [
      { at: 1, facts: "a" },
      { at: 2, facts: "b" },
    ] as const;
    assert.equal(newer<string>(old, young, 3), young);
    assert.equal(newer<string>(young, old, 3), young);
    assert.equal(newer<string>(old, undefined, 3), old);
  });

  it("believes no view of the future, so that a clock that was ahead for a moment hides nothing afterwards", () => {
    const [ahead, young] = [
      { at: 90_000, facts: "ahead" },
      { at: 2, facts: "young" },
    ] as const;
    assert.equal(newer<string>(ahead, young, 3), young);
    assert.equal(newer<string>(young, ahead, 3), young);
    assert.equal(newer<string>(ahead, undefined, 3), undefined);
    assert.equal(newer<string>({ at: 1_000, facts: "clocks differ a little" }, undefined, 3)?.at, 1_000);
  });

  it("sees a runner that GitHub does not know, an empty label set, and a queue", () => {
    const who = `runner="${primary.name}",role="primary"`;
    const text = `github_poll_timestamp_seconds{endpoint="runners"} 5\ngithub_runner_registered{${who}} `;
    assert.equal(githubView(new Samples(`${text}0`), primary)?.facts.status, "unregistered");
    assert.equal(githubView(new Samples(`${text}1`), primary), undefined, "registered, and nothing else is known");
    const online = githubView(new Samples(`${text}1\ngithub_runner_online{${who}} 1`), primary);
    assert.deepEqual(online?.facts.labels, []);
    const set = "linux,primary,production,self-hosted,x64";
    const queue = `github_poll_timestamp_seconds{endpoint="jobs"} 5\ngithub_jobs_queued{labels="${set}"} 1\ngithub_job_queue_oldest_age_seconds{labels="${set}"} 42`;
    assert.deepEqual(queueView(new Samples(queue), primary), { at: 5_000, facts: 42 });
    assert.equal(queueView(new Samples(queue), secondary), undefined);
  });

  it("sees a suspect runner with the number of its failures, and none without the metrics", () => {
    const who = `{runner="${primary.name}",role="primary"}`;
    const known = `github_poll_timestamp_seconds{endpoint="runners"} 5\ngithub_runner_registered${who} 0`;
    const failures = `github_deployment_jobs_failed_in_row${who} 4`;
    const suspect = (...more: string[]) =>
      githubView(new Samples([known, ...more].join("\n")), primary)?.facts.suspectAfterFailures;
    assert.equal(suspect(failures, `github_runner_suspect${who} 1`), 4);
    assert.equal(suspect(failures, `github_runner_suspect${who} 0`), null);
    assert.equal(suspect(failures), null, "a fleet exporter of an earlier version");
    assert.equal(suspect(`github_runner_suspect${who} 1`), null);
  });

  it("judges a whole world as healthy, and the policy asks for every label", async () => {
    const fixture = new SwitchFixture();
    const config = switchConfig.parse({
      view: "switch",
      listen: { host: "127.0.0.1", port: 0 },
      githubUrl: "https://github.com",
      repository: "a/b",
      environment: "production",
      runners: switchRunners,
    });
    const fleet = (await fixture.ask(config.fleetUrl))?.samples ?? new Samples("");
    const own = await fixture.ask(primary.exporterUrl);
    const node = await fixture.ask(primary.nodeUrl);
    assert.ok(own !== undefined && node !== undefined);
    const views = {
      host: hostView(own.samples, own.at, own.theirClock),
      disk: diskView(node.samples, node.at),
      github: githubView(fleet, primary),
      oldestQueuedSeconds: queueView(fleet, primary),
    };
    const seen = seenRunner(primary, views, { known: true, entries: [] }, Date.now());
    const decision = choose([seen], policyOf(config), new Date());
    assert.equal(decision.reason, "primary_healthy", decision.explanation);
    assert.equal(seen.host?.diskUsedPercent, 40);
  });
});

describe("the failover switch: evaluating", () => {
  it("is not delayed by a clock that was set back or ahead during an evaluation", () => {
    assert.equal(pauseAfterLook(5_000, 1_200), 3_800);
    assert.equal(pauseAfterLook(5_000, 6_000), 0);
    assert.equal(pauseAfterLook(5_000, 12 * 3_600_000), 0);
    assert.equal(pauseAfterLook(5_000, -12 * 3_600_000), 5_000);
  });
});

describe("the failover switch: writing", () => {
  const healthy = choose([runner("primary"), runner("secondary")], policy, new Date(now));
  const failed = choose([runner("primary", null), runner("secondary")], policy, new Date(now));
  const written = (decision: GateDecision) => {
    const { runner: who, reason, cause, runners } = decision;
    const content = JSON.stringify([who, reason, cause, runners.map((one) => [one.grade, one.cause])]);
    return { content, expiresAt: Date.parse(decision.expiresAt) };
  };

  it("writes changes at once, and else when half of the time is over", () => {
    const { validSeconds } = policy;
    assert.ok(isDue(healthy, undefined, validSeconds, now));
    assert.ok(!isDue(healthy, written(healthy), validSeconds, at(healthy, 59)));
    assert.ok(isDue(healthy, written(healthy), validSeconds, at(healthy, 61)));
    assert.ok(isDue(failed, written(healthy), validSeconds, at(healthy, 1)));
  });

  it("writes again what a clock that was ahead has written: the gate refuses a decision of the future", () => {
    const { validSeconds } = policy;
    const tomorrow = choose([runner("primary"), runner("secondary")], policy, new Date(now + 86_400_000));
    assert.ok(isDue(healthy, written(tomorrow), validSeconds, now), "it looks fresh for a day");
    assert.ok(!isWritten(healthy, written(tomorrow), validSeconds, now), "it must not be used");
    assert.ok(isWritten(healthy, written(healthy), validSeconds, at(healthy, 1)));
    assert.ok(!isWritten(healthy, written(healthy), validSeconds, at(healthy, validSeconds + 1)));
  });

  it("does not wait for a time that a clock that was ahead has set", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: 2 ** 40 }), (notBefore, time) => {
        const wait = waitBefore(notBefore, time);
        assert.ok(wait >= 0 && wait <= 30_000 && wait <= Math.max(0, notBefore - time));
        assert.ok(wait > 0 || notBefore <= time || notBefore - time > 30_000);
      }),
    );
  });

  it("takes no proof of health from the future", () => {
    const ahead = choose([runner("primary"), runner("secondary")], policy, new Date(now + 86_400_000));
    const memory = { ...remember(ahead, undefined), chosen: "secondary" };
    const next = remember(choose([runner("primary"), runner("secondary")], policy, new Date(now), memory), memory);
    assert.deepEqual(Object.values(next.healthySince), [now, now]);
    const later = new Date(now + policy.recoverySeconds * 1000 + 1);
    assert.equal(choose([runner("primary"), runner("secondary")], policy, later, next).runner, "primary");
  });

  it("says who, why and until when, and of a refusal that it is one", () => {
    const told = (decision: GateDecision) => {
      const seen = readChoice(choiceText(decision), new Date(now));
      assert.ok("choice" in seen, seen.state);
      return seen;
    };
    const { labels, name, runner: role, reason, expiresAt } = told(failed).choice;
    assert.deepEqual([labels, name, role], [policy.labels.secondary, "secondary", "secondary"]);
    assert.match(reason, /primary primary: unusable, the host's view is missing/);
    assert.equal(expiresAt, failed.expiresAt);
    const { state, choice: refused } = told(choose([], policy, new Date(now)));
    assert.deepEqual([state, refused.labels, refused.runner, refused.name], ["refused", [], null, null]);
  });

  it("names the reason by one word", () => {
    const of = (runners: Parameters<typeof choose>[0]): string => reasonLabel(choose(runners, policy, new Date(now)));
    assert.equal(reasonLabel(healthy), "healthy");
    assert.equal(reasonLabel(failed), "primary_host_unreachable");
    assert.equal(of([runner("primary", { diskUsedPercent: 99 })]), "degraded_disk");
  });

  it("pauses longer after each failure, and never longer than half a minute", () => {
    assert.deepEqual([1, 2, 3, 4, 5, 50].map(pauseAfter), [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("goes on after a restart with what still holds", () => {
    const memory = { chosen: "a", cause: null, healthySince: { a: 1 }, usableSince: { a: 1 } };
    const kept = { memory, decidedAt: now, written: undefined, redispatches: noRedispatches, tally: emptyTally };
    assert.equal(memoryAfter(undefined, 300, now), undefined);
    assert.equal(memoryAfter(kept, 300, now + 10_000), memory);
    assert.deepEqual(memoryAfter(kept, 300, now + 60_000), { ...memory, healthySince: {}, usableSince: {} });
    assert.equal(memoryAfter(kept, 300, now + 301_000), undefined);
  });

  it("records the newest decision, a line for each change, and not more lines than it may", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-records-"));
    try {
      const complaints: string[] = [];
      const records = new DecisionRecords(folder, (line) => complaints.push(line));
      const read = (name: string): string[] => readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n");
      for (const decision of [healthy, healthy, failed]) records.take(decision);
      assert.equal(read("decisions.jsonl").length, 2);
      assert.deepEqual(JSON.parse(read("decision.json")[0] ?? ""), failed);
      new DecisionRecords(folder, (line) => complaints.push(line)).take(failed);
      assert.equal(read("decisions.jsonl").length, 2, "a restart is no news");
      for (let index = 0; index < 600; index += 1) records.take(index % 2 === 0 ? healthy : failed);
      assert.ok(read("decisions.jsonl").length <= 500);
      writeFileSync(path.join(folder, "decisions.jsonl"), `${JSON.stringify(healthy)}\n{"half`);
      new DecisionRecords(folder, (line) => complaints.push(line)).take(healthy);
      assert.deepEqual(complaints, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [what, history] of [
    ["a line of another version", '{"schema":"ghrunners.gate-decision/0","runner":"a"}\n'],
    ["null", "null\n"],
    ["a line that was cut off", `${JSON.stringify({ schema: "ghrunners.gate-decision/1" }).slice(0, 20)}`],
    ["a folder", undefined],
  ] as const)
    it(`records its decisions, or says why not, where the history ends with ${what}`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), "ghr-records-"));
      try {
        const complaints: string[] = [];
        const file = path.join(folder, "decisions.jsonl");
        if (history === undefined) mkdirSync(file);
        else writeFileSync(file, history);
        const records = new DecisionRecords(folder, (line) => complaints.push(line));
        for (const decision of [healthy, failed]) records.take(decision);
        assert.deepEqual(JSON.parse(readFileSync(path.join(folder, "decision.json"), "utf8")), failed);
        if (history === undefined) return assert.match(complaints[0] ?? "", /cannot be read: EISDIR/);
        assert.deepEqual(complaints, []);
        const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-2);
        assert.deepEqual(
          lines.map((line) => JSON.parse(line) as unknown),
          [healthy, failed],
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});
