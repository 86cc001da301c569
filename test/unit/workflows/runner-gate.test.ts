import assert from "node:assert/strict";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fragments } from "../docs/documents";
import { projectRoot } from "@ghrunners/core/project-root";
import {
  judgeChoice,
  judgePause,
  judgeRunners,
  maintenanceBanner,
  renderSummary,
  runbooks,
  stop,
} from "@ghrunners/deploy/gate/judge";
import { alertNamed } from "@ghrunners/cli/runbook/page";

type Verdict = ReturnType<typeof judgeChoice>;
type Runner = Parameters<typeof judgeRunners>[1][number];

const now = new Date("2026-11-22T12:00:00Z");
const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const fresh = {
  labels,
  runner: "primary",
  reason: "healthy on both views",
  decidedAt: "2026-11-22T11:59:30Z",
  expiresAt: "2026-11-22T12:04:30Z",
};
const online: Runner = { name: "runner-1", online: true, busy: false, labels };

describe("the runner gate", () => {
  const ask = (choice: unknown, wanted = "auto"): Verdict =>
    judgeChoice({
      variable: typeof choice === "string" ? choice : JSON.stringify(choice),
      wanted,
      label: "production",
      now,
    });
  const both = (choice: unknown, runners: readonly Runner[]): Verdict => {
    const verdict = ask(choice);
    return verdict.go ? judgeRunners(verdict, runners) : verdict;
  };

  it("takes the runner that the monitoring host chose and GitHub shows online", () => {
    assert.deepEqual(both(fresh, [online]), { go: true, labels, runner: "primary", reason: fresh.reason });
  });

  const refusals: [string, unknown, readonly Runner[], RegExp, RegExp][] = [
    ["a variable that is not set", "", [online], /not set/, /monitoring-blind/],
    ["what is no JSON", "primary", [online], /not JSON/, /monitoring-blind/],
    ["a choice without expiry", { ...fresh, expiresAt: undefined }, [online], /not JSON with/, /monitoring-blind/],
    ["labels that are no texts", { ...fresh, labels: [1] }, [online], /not JSON with/, /monitoring-blind/],
    ["an expired choice", { ...fresh, expiresAt: "2026-11-22T12:00:00Z" }, [online], /expired at/, /monitoring-blind/],
    ["a choice of the future", { ...fresh, decidedAt: "2026-11-22T12:03:00Z" }, [online], /future/, /monitoring-blind/],
    [
      "a decision for no runner, with whatever else stands in it",
      { ...fresh, labels: [], runner: null, role: null, reason: "both are down", schema: "x/1" },
      [online],
      /offers no runner: both are down/,
      /noauthorised/,
    ],
    [
      "no runner on offer",
      { ...fresh, labels: [], reason: "both are down" },
      [online],
      /both are down/,
      /noauthorised/,
    ],
    [
      "labels of another environment",
      { ...fresh, labels: ["self-hosted", "staging"] },
      [online],
      /and production among/,
      /blind/,
    ],
    ["hosted labels", { ...fresh, labels: ["ubuntu-latest", "production"] }, [online], /Expected self-hosted/, /blind/],
    ["a runner that GitHub shows offline", fresh, [{ ...online, online: false }], /runner-1 .*offline/, /offline-rest/],
    ["a runner that GitHub does not know", fresh, [], /knows no runner/, /offline-restore/],
    [
      "a runner that lost a label",
      fresh,
      [{ ...online, labels: labels.slice(0, 4) }],
      /knows no runner/,
      /offline-restore/,
    ],
  ];
  for (const [what, choice, runners, reason, runbook] of refusals) {
    it(`refuses a job with ${what}`, () => {
      const verdict = both(choice, runners);
      assert.equal(verdict.go, false);
      assert.match(verdict.reason, reason);
      assert.match(verdict.runbook ?? "", runbook);
      assert.match(renderSummary(verdict, "https://x/runbooks"), /Runbook: https:\/\/x\/runbooks\/[a-z-]+\.md/);
    });
  }

  it("names runbooks that are there, to the section", () => {
    const root = path.join(projectRoot, "docs/runbooks");
    for (const [file = "", section] of Object.values(runbooks).map((runbook) => runbook.split("#"))) {
      const text = readFileSync(path.join(root, file), "utf8");
      if (section !== undefined) assert.ok(fragments(text).includes(section), `${file}#${section}`);
    }
  });

  it("names the command that prints the runbook wherever it is, for those of alerts", () => {
    const named = (runbook: keyof typeof runbooks): string | undefined =>
      /`ghrunners runbook (\S+)`/.exec(renderSummary(stop("no", runbook), "x"))?.[1];
    assert.deepEqual(
      (["blind", "offline", "none"] as const).map((runbook) => alertNamed(named(runbook) ?? "")),
      ["FailoverSwitchStale", "RunnerOffline", "NoAuthorisedCapacity"],
    );
    assert.equal(named("network"), undefined);
  });

  it("keeps a reason from starting a line of its own", () => {
    const reason = "fine\n::error::no\r\n";
    const verdict = ask({ ...fresh, reason });
    assert.equal(verdict.reason, "fine ::error::no");
    assert.doesNotMatch(renderSummary(ask({ ...fresh, labels: [], reason }), "x"), /^::/m);
  });

  it("lets a busy runner be waited for, and says so", () => {
    const verdict = both(fresh, [{ ...online, busy: true }]);
    assert.equal(verdict.go, true);
    assert.match(renderSummary(verdict, "x"), /busy: the job waits/);
  });

  it("says above everything which runner is in maintenance, and decides nothing by it", () => {
    const entry = { name: "runner-1", until: "2026-11-22T13:00:00Z", reason: "new ::disk", by: "ada" };
    const text = (runners: object[]): string => JSON.stringify({ schema: "ghrunners.maintenance/1", runners });
    const banner = maintenanceBanner(text([entry, { ...entry, until: "2026-11-22T11:00:00Z" }]), now);
    assert.deepEqual(banner, ["**Maintenance** of runner-1 until 2026-11-22T13:00:00Z: new ::disk (ada)"]);
    assert.match(renderSummary(ask(fresh), "x", banner), /^> \*\*Maintenance\*\* of runner-1/);
    assert.deepEqual([maintenanceBanner("", now), maintenanceBanner(text([]), now)], [[], []]);
    for (const broken of [
      text([{ ...entry, reason: "new\n::disk" }]),
      "{",
      '{"schema":"other","runners":[]}',
      "null",
      '{"schema":"ghrunners.maintenance/1"}',
    ]) {
      assert.match(maintenanceBanner(broken, now).join(), /cannot be read/, broken);
    }
  });

  it("refuses while deployments to its environment are paused, with note, end and the command that ends it", () => {
    const pause = { environment: "Production", until: "2026-11-22T13:00:00Z", note: "new ::disk", by: "ada" };
    const judged = (pauses: object[], label = "production", at = now) =>
      judgePause(JSON.stringify({ schema: "ghrunners.pauses/1", pauses }), { label, now: at });
    const verdict = judged([pause]);
    assert.match(
      verdict?.reason ?? "",
      /production.*until 2026-11-22T13:00:00Z: new ::disk \(by ada\).*ghrunners resume/i,
    );
    assert.equal(verdict?.runbook, runbooks.paused);
    assert.equal(judged([pause], "staging"), null);
    assert.equal(judged([pause], "production", new Date(pause.until)), null, "it ends by itself");
    assert.equal(judgePause(undefined, { label: "production", now }), null);
    for (const broken of ["{", "null", '{"schema":"other","pauses":[]}', '{"schema":"ghrunners.pauses/1"}'])
      assert.match(judgePause(broken, { label: "staging", now })?.reason ?? "", /unknown.*ghrunners resume/, broken);
  });

  it("takes a runner by hand without the variable, but not without GitHub's view", () => {
    const verdict = ask("", "secondary");
    assert.ok(verdict.go);
    assert.deepEqual(verdict.labels, ["self-hosted", "linux", "x64", "production", "secondary"]);
    assert.equal(judgeRunners(verdict, [online]).go, false);
    assert.equal(ask(fresh, "tertiary").go, false);
  });

  it("never goes without a runner online that has every label, whatever it is given", () => {
    const runner = fc.record({
      name: fc.string(),
      online: fc.boolean(),
      busy: fc.boolean(),
      labels: fc.subarray([...labels, "gpu"]),
    });
    const choice = fc.oneof(
      fc.record({
        labels: fc.subarray([...labels, "gpu"]),
        runner: fc.constantFrom("primary", "secondary"),
        reason: fc.string(),
        decidedAt: fc.constantFrom(fresh.decidedAt, "2026-11-22T13:00:00Z"),
        expiresAt: fc.constantFrom(fresh.expiresAt, "2026-11-22T11:00:00Z"),
      }),
      fc.json(),
    );
    fc.assert(
      fc.property(choice, fc.array(runner), (given, runners) => {
        const verdict = both(given, runners);
        if (!verdict.go) return;
        assert.ok(verdict.labels?.includes("production"));
        assert.ok(
          runners.some((known) => known.online && verdict.labels?.every((name) => known.labels.includes(name))),
        );
      }),
    );
  });
});
