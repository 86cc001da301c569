import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { orderOf, parseLook, PATCH_REASON, progressOf, takenBy } from "@ghrunners/cli/patch/plan";
import { type PatchReport, renderPatch } from "@ghrunners/cli/patch/render";
import { WrongUse } from "@ghrunners/cli/command";
import { publishedSchema } from "../../../support/published-schema";

const now = new Date("2026-01-02T12:00:00Z");
const seconds = now.getTime() / 1000;
const runners = [
  { name: "runner-1", role: "primary" },
  { name: "runner-2", role: "secondary" },
  { name: "runner-3", role: "secondary" },
];
const names = (given: readonly string[]): string[] => orderOf(runners, given).map(({ name }) => name);

describe("the order of patching", () => {
  it("is every secondary, then the primary, whatever the order of the names", () => {
    assert.deepEqual(names([]), ["runner-2", "runner-3", "runner-1"]);
    assert.deepEqual(names(["primary", "runner-3"]), ["runner-3", "runner-1"]);
    assert.deepEqual(names(["runner-1", "primary", "runner-1"]), ["runner-1"]);
  });

  it("refuses a name that the stack does not have, and a role that several have", () => {
    for (const given of ["runner-9", "secondary"]) assert.throws(() => names([given]), WrongUse, given);
  });
});

describe("what a host says about its updates", () => {
  const look = (change: Record<string, string> = {}, words = ""): string =>
    `${Object.entries({ run: "", state: "none", restarts: "no", boot: "b1", restart: "no", updates: "", ...change })
      .map(([key, value]) => `${key}\t${value}`)
      .join("\n")}\n\n${words}`;
  const updates = (refreshedAt: number): string => {
    const pending = [
      { name: "openssl", security: true, since: 1 },
      { name: "bash", security: false, since: 2 },
    ];
    return JSON.stringify({ updates: { refreshedAt, installed: "", sources: "", pending }, rebootSince: 3 });
  };

  it("is read with its last run and the updates that the exporter knows", () => {
    const text = look({ run: "r", state: "failed", updates: updates(seconds - 60), restart: "yes" }, "E: a\n\nb\n");
    assert.deepEqual(parseLook(text, now), {
      run: { id: "r", state: "failed", restarts: false },
      bootId: "b1",
      restartRequired: true,
      updates: { security: ["openssl"], other: ["bash"], refreshedAt: "2026-01-02T11:59:00.000Z" },
      words: "E: a\n\nb",
    });
  });

  it("has no run before the first, and unknown updates without a file, without a check or with old lists", () => {
    for (const known of ["", "{}", updates(seconds - 86_401)]) {
      const seen = parseLook(look({ updates: known }), now);
      assert.deepEqual([seen.run, seen.updates], [undefined, null], known);
    }
  });

  it("is an error where it is something else", () => {
    assert.throws(() => parseLook("bash: line 1: sudo: not found", now), /patch\.sh look says nothing about "state"/);
    assert.throws(() => parseLook(look({ updates: '{"updates":{}}' }), now));
  });

  it("tells how far a run is: a restart counts when the machine has booted again", () => {
    const progress = (change: Record<string, string>): string =>
      progressOf(parseLook(look({ run: "r", ...change }), now), "r", "b1");
    assert.equal(progress({ state: "running" }), "installing");
    assert.equal(progress({ state: "failed" }), "failed");
    assert.equal(progress({ state: "done" }), "done");
    assert.equal(progress({ state: "done", restarts: "yes" }), "restarting");
    assert.equal(progress({ state: "done", restarts: "yes", boot: "b2" }), "done");
    assert.equal(progress({ state: "done", run: "another" }), "failed");
  });
});

describe("a runner that is in maintenance already", () => {
  const entry = { name: "runner-1", until: "2026-01-02T13:00:00.000Z", reason: "a new disk", by: "ada@laptop" };

  it("is not patched, because that would end it; the maintenance of an interrupted patch is taken over", () => {
    assert.match(
      takenBy("runner-1", entry) ?? "",
      /a new disk; by ada@laptop\).*Next: ghrunners maintenance end runner-1/,
    );
    assert.equal(takenBy("runner-1", { ...entry, reason: PATCH_REASON }), undefined);
    assert.equal(takenBy("runner-1", undefined), undefined);
  });
});

describe("the report of patching", () => {
  const row = {
    problems: [],
    updates: { security: ["openssl"], other: [], refreshedAt: "2026-01-02T11:59:00.000Z" },
    restartRequired: false,
    result: "planned",
    restarted: false,
  } as const;
  const report: PatchReport = {
    version: 1,
    stack: "production",
    applied: false,
    runners: [
      { ...row, name: "runner-2", role: "secondary" },
      { ...row, name: "runner-1", role: "primary", updates: null, restartRequired: null, problems: ["out of reach"] },
    ],
    problem: null,
  };

  it("shows the plan with what is unknown as unknown, and the next command", () => {
    const text = renderPatch(report);
    assert.match(
      text,
      /runner-2 +secondary +1 +0 +if required +planned\n +runner-1 +primary +unknown +unknown +unknown/,
    );
    assert.match(text, /runner-2, security: openssl\n +runner-1: out of reach/);
    assert.match(text, /Nothing was changed\.\nNext: ghrunners patch --apply/);
  });

  it("shows where it stopped and why", () => {
    const [first, second] = report.runners as [PatchReport["runners"][number], PatchReport["runners"][number]];
    const stopped = renderPatch({
      ...report,
      applied: true,
      runners: [
        { ...first, result: "failed" },
        { ...second, result: "not-begun" },
      ],
      problem: "runner-2: E: no mirror",
    });
    assert.match(stopped, /failed\n.*not begun/);
    assert.match(stopped, /runner-2: E: no mirror/);
    assert.doesNotMatch(stopped, /Next: ghrunners patch --apply$/m);
  });

  it("has the form that is published", () => {
    const ajv = new Ajv();
    addFormats(ajv);
    const isValid = ajv.compile(publishedSchema("patch"));
    assert.ok(isValid(report), JSON.stringify(isValid.errors));
  });
});
