import assert from "node:assert/strict";
import type { WhyAnswer } from "@ghrunners/cli/why/facts";
import { judge } from "@ghrunners/cli/why/judge";
import { renderWhy } from "@ghrunners/cli/why/render";
import { causeKinds } from "@ghrunners/cli/why/schema";
import { endedCases } from "./ended-cases";
import { away, candidate, facts, fresh, held, PAUSE, review, runner, target, url, waiting } from "./facts";
import { openCases } from "./open-cases";

const cases = [...openCases, ...endedCases];

describe("why a run waits, failed or is done", () => {
  for (const { title, facts: seen, kind, words, problem, next } of cases) {
    it(title, () => {
      const answer = judge(seen);
      assert.equal(answer.cause.kind, kind, answer.cause.words);
      assert.match(answer.cause.words, words);
      assert.deepEqual([answer.problem, answer.further], [problem, []]);
      if (next === null) assert.equal(answer.next, null);
      else assert.match(answer.next ?? "", next);
    });
  }

  it("has a case for every cause", () => {
    const seen = new Set(cases.map(({ kind }) => kind));
    assert.deepEqual(
      causeKinds.filter((kind) => !seen.has(kind)),
      [],
    );
  });
});

describe("what would stop a run after what it waits for", () => {
  const waits = (change: Parameters<typeof facts>[0] = {}): WhyAnswer =>
    judge(facts({ ...change, github: { ...waiting, approvals: [review], ...change.github } }));

  it("is nothing while every side is ready", () => {
    assert.deepEqual([waits().further, waits().problem], [[], false]);
  });

  it("is a runner that is offline: its approval alone would not help", () => {
    const answer = waits({ github: { runners: [candidate({ online: false })] } });
    assert.equal(answer.cause.kind, "approval");
    assert.match(answer.further.join(), /^GitHub shows runner-1 offline/);
    assert.equal(answer.problem, true);
  });

  it("is a choice that expired, or that now names another runner", () => {
    const expired = waits({ switch: { ...fresh, state: "expired", runner: null, role: null } });
    assert.match(expired.further.join(), /it will refuse: no runner may deploy: DEPLOY_RUNNER expired at 2026/);
    const moved = waits({ switch: { ...fresh, runner: "runner-2", role: "secondary" } });
    assert.match(
      moved.further.join(),
      /the gate chose \[.*primary\], and DEPLOY_RUNNER now names runner-2 \(secondary\)/,
    );
    const byHand = { go: true, runner: "primary", reason: "primary was requested by hand" } as const;
    assert.deepEqual(waits({ switch: { ...fresh, state: "expired" }, github: { gate: byHand } }).further, []);
  });

  it("is a pause of deployments", () => {
    const answer = waits({ paused: PAUSE });
    assert.match(answer.further.join(), /it will refuse: Deployments to production are paused until/);
    assert.match(renderWhy(answer), /Pause\n.*a migration/);
  });

  it("is a target that a failed rollback keeps", () => {
    assert.match(waits({ targets: [target({ open: held("rollback_failed") })] }).further.join(), /app is locked/);
    assert.deepEqual(waits({ targets: [target({ open: held(null) })] }).further, []);
  });
});

describe("the answer as text", () => {
  it("has the cause first, every side, and the next command last", () => {
    const answer = judge(
      facts({
        github: { ...waiting, approvals: [review] },
        runners: [runner({ maintenance: away })],
        unread: ["GitHub refused to read what waits for approval"],
      }),
    );
    const text = renderWhy(answer);
    const order = [
      "The run waits for the approval of octocat or hubot",
      url,
      "GitHub",
      "run 7 of release.yml: in_progress, started 5 min ago",
      "needs [self-hosted, linux, x64, production, primary]",
      "Runners",
      "unit active, no job",
      "in maintenance until",
      "last word: 2026-01-01 11:00:00Z: Listening for Jobs",
      "Failover switch",
      "runner-1 (primary), decided 5 s ago",
      "Targets",
      "app: free; no record, none of this run; its agent answers",
      "Not read",
      "Next",
    ];
    let from = 0;
    for (const part of order) {
      const found = text.indexOf(part, from);
      assert.ok(found >= 0, `${part} after ${from} in ${text}`);
      from = found;
    }
  });
});
