import assert from "node:assert/strict";
import { type Announcement, announcements, type Concerned } from "@ghrunners/cli/doctor/announced";
import { judgeAnnounced } from "@ghrunners/cli/doctor/checks/announced";
import type { AskedGitHub } from "@ghrunners/cli/doctor/facts";
import { readWorkflow, type WorkflowNeeds } from "@ghrunners/cli/doctor/read-workflow";
import { openOctokit } from "@ghrunners/core/github/octokit";
import { REST_API_VERSION } from "@ghrunners/core/github/rest-version";
import { refusal } from "./changed";
import { healthy } from "./facts";

const nothing: Concerned = { workflows: {}, variables: {}, ownLabels: [], restVersion: "2026-03-10" };
const file = ".github/workflows/ci.yml";
const workflow = (text: string): Concerned => ({ ...nothing, workflows: { [file]: readWorkflow(text) } });
const uses = (action: string): Concerned => workflow(`jobs: { a: { steps: [{ uses: "${action}" }] } }`);
const on = (label: string): Concerned => workflow(`jobs: { a: { runs-on: ${label} } }`);

/** By announcement, stacks that it concerns and stacks that it does not. */
const cases: Readonly<Record<string, { yes: readonly Concerned[]; no: readonly Concerned[] }>> = {
  "artifact-actions-v3": {
    yes: [uses("actions/upload-artifact@v3"), uses("actions/download-artifact@v2.1.1")],
    no: [uses("actions/upload-artifact@v4"), uses("octo/upload-artifact@v3"), uses("actions/upload-artifact@v30")],
  },
  "cache-action-v2": {
    yes: [uses("actions/cache@v2"), uses("actions/cache/restore@v1.2")],
    no: [uses("actions/cache@v3"), uses("actions/cache@v20"), uses("actions/cached@v2")],
  },
  "ubuntu-20.04": {
    yes: [on("ubuntu-20.04"), { ...nothing, variables: { GATE_RUNNER: '["ubuntu-20.04"]' } }],
    no: [on("ubuntu-24.04"), { ...on("ubuntu-20.04"), ownLabels: ["self-hosted", "ubuntu-20.04"] }],
  },
  "node-20": {
    yes: [workflow("env: { ACTIONS_ALLOW_USE_UNSECURE_NODE_VERSION: true }")],
    no: [workflow("env: { ACTIONS_ALLOW_USE_UNSECURE_NODE_VERSION: false }"), workflow("env: { OTHER: true }")],
  },
  "ubuntu-22.04": {
    yes: [
      on("ubuntu-22.04"),
      on("ubuntu-22.04-arm"),
      on(`"\${{ fromJSON(vars.DELIVERY_RUNNER || '[\\"ubuntu-22.04\\"]') }}"`),
      workflow("jobs: { a: { strategy: { matrix: { os: [ubuntu-24.04, ubuntu-22.04] } } } }"),
      workflow(`on: { workflow_call: { inputs: { on: { default: '["ubuntu-22.04"]' } } } }`),
      { ...nothing, variables: { DELIVERY_RUNNER: '["ubuntu-22.04"]' } },
    ],
    no: [on("ubuntu-latest"), on("my-ubuntu-22.04"), workflow("name: not on ubuntu-22.04")],
  },
  "rest-2022-11-28": { yes: [{ ...nothing, restVersion: "2022-11-28" }], no: [nothing] },
};

const day = (text: string, days = 0): Date => new Date(Date.parse(text) + days * 24 * 60 * 60 * 1000);
const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

function judged(each: Announcement, needs: Record<string, WorkflowNeeds>, at: Date) {
  const asked: AskedGitHub = { ...healthy().asked, workflows: { value: { needs, unread: [] } } };
  return judgeAnnounced(asked, at, [{ ...each, concerns: ({ workflows }) => Object.keys(workflows) }])[0];
}

describe("what GitHub has announced", () => {
  it("has cases for every announcement", () =>
    assert.deepEqual(Object.keys(cases).sort(), announcements.map(({ id }) => id).sort()));

  it("is in the order of its days", () => {
    const days = announcements.map(({ date }) => date);
    assert.deepEqual(days, [...days].sort());
  });

  for (const each of announcements) {
    describe(each.id, () => {
      it("names its days and where it was read", () => {
        assert.ok(isDay(each.date) && isDay(each.readOn));
        for (const url of [each.source, each.quotedBy ?? each.source])
          assert.match(url, /^https:\/\/github\.(com|blog)\//);
      });

      it("knows whom it concerns, and whom not", () => {
        for (const stack of cases[each.id]!.yes) assert.equal(each.concerns(stack).length, 1, JSON.stringify(stack));
        for (const stack of cases[each.id]!.no) assert.deepEqual(each.concerns(stack), [], JSON.stringify(stack));
      });

      it("is a warning before its day, a problem after it, and nothing for whom it does not concern", () => {
        const needs = { [file]: readWorkflow("") };
        const early = judged(each, needs, day(each.date, -7 * each.warnWeeks - 1));
        assert.deepEqual([early?.state, early?.seen.includes(each.date)], ["ok", true]);
        const soon = judged(each, needs, day(each.date, -7 * each.warnWeeks + 1));
        assert.deepEqual([soon?.state, soon?.next], ["warning", each.next]);
        assert.match(soon?.seen ?? "", /from .* in \d+ days: .*Concerned: \.github\/workflows\/ci\.yml$/);
        assert.match(soon?.expected ?? "", /https:\/\//);
        const late = judged(each, needs, day(each.date, 1));
        assert.deepEqual([late?.state, late?.next], ["problem", each.next]);
        assert.equal(judged(each, {}, day(each.date, 1))?.state, "ok");
      });
    });
  }

  const told = (changes: Partial<AskedGitHub>) => judgeAnnounced({ ...healthy().asked, ...changes }, day("2026-11-30"));

  it("does not concern an Enterprise Server", () => {
    const needs = { [file]: readWorkflow("jobs: { a: { runs-on: ubuntu-20.04 } }") };
    const [one, ...more] = told({ server: { value: "3.17.1" }, workflows: { value: { needs, unread: [] } } });
    assert.deepEqual([one?.state, more], ["ok", []]);
    assert.match(one?.seen ?? "", /not judged.*3\.17\.1/);
  });

  it("says what this token may not read, without calling it a problem", () => {
    const [one] = told({ workflows: refusal(403), machines: refusal(403) });
    assert.equal(one?.state, "ok");
    assert.match(one?.seen ?? "", /workflows, which this token may not read; .*variables, which this token may not/);
  });

  it("says how many workflows it did not read", () =>
    assert.match(told({ workflows: { value: { needs: {}, unread: ["a", "b"] } } })[0]?.seen ?? "", /for 2 workflows/));

  it("is unknown while GitHub fails", () => {
    for (const fails of [{ server: refusal(500) }, { workflows: refusal(500) }, { machines: refusal(500) }])
      assert.deepEqual(
        told(fails).map(({ state }) => state),
        ["unknown"],
      );
  });

  it("knows the version of the REST API that GitHub takes for this program's requests", async () => {
    let sent: string | null = "not asked";
    const fetch = (_: unknown, { headers }: { headers: Record<string, string> }) => {
      sent = new Headers(headers).get("x-github-api-version");
      return Promise.resolve(new Response("{}", { headers: { "content-type": "application/json" } }));
    };
    const octokit = openOctokit({
      url: "https://github.com",
      token: "t",
      fetch: fetch as unknown as typeof globalThis.fetch,
    });
    await octokit.request("GET /zen");
    assert.equal(sent ?? "2022-11-28", REST_API_VERSION);
  });
});
