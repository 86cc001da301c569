import assert from "node:assert/strict";
import fc from "fast-check";
import { MAINTENANCE_VARIABLE, maintenanceOf, maintenances } from "@ghrunners/failover/choice/maintenance";

const now = new Date("2026-01-01T12:00:00Z");
const entry = { name: "runner-1", until: "2026-01-01T13:00:00Z", reason: "new disk", by: "ada" };

describe("maintenance of runners", () => {
  it("reads what it wrote", () => {
    assert.deepEqual(maintenances.parse(maintenances.text([entry]), now), { known: true, entries: [entry] });
  });

  it("counts no variable, an empty one and expired entries as none", () => {
    const none = { known: true, entries: [] };
    assert.deepEqual(maintenances.parse(undefined, now), none);
    assert.deepEqual(maintenances.parse(" ", now), none);
    assert.deepEqual(maintenances.parse(maintenances.text([{ ...entry, until: "2026-01-01T12:00:00Z" }]), now), none);
    assert.deepEqual(
      maintenances.parse(maintenances.text([{ ...entry, until: "2026-01-01T13:00:00+02:00" }]), now),
      none,
    );
  });

  for (const [title, text, says] of [
    ["no JSON", "{", /is no JSON/],
    ["another schema", '{"schema":"ghrunners.maintenance/2","runners":[]}', /schema/],
    [
      "a time that is none",
      JSON.stringify({ schema: "ghrunners.maintenance/1", runners: [{ ...entry, until: "soon" }] }),
      /until/,
    ],
    [
      "a reason of two lines",
      JSON.stringify({ schema: "ghrunners.maintenance/1", runners: [{ ...entry, reason: "a\n::b" }] }),
      /reason/,
    ],
  ] as const) {
    it(`does not guess at ${title}`, () => {
      const seen = maintenances.parse(text, now);
      assert.equal(seen.known, false);
      assert.match(seen.known ? "" : seen.problem, says);
    });
  }

  it("says what was seen and where, in the variable's name", () => {
    const problem = (value: unknown): string => {
      const seen = maintenances.parse(typeof value === "string" ? value : JSON.stringify(value), now);
      return seen.known ? "" : seen.problem;
    };
    assert.equal(problem("{"), "RUNNER_MAINTENANCE is no JSON. Expected schema ghrunners.maintenance/1.");
    const whole = (change: object) => ({ schema: "ghrunners.maintenance/1", runners: [{ ...entry, ...change }] });
    assert.match(
      problem(whole({ by: "" })),
      /^RUNNER_MAINTENANCE is not ghrunners\.maintenance\/1: runners\.0\.by: \w/,
    );
    assert.match(problem([]), /^RUNNER_MAINTENANCE is not ghrunners\.maintenance\/1: its content: \w/);
  });

  it("takes what is at a limit, and refuses what is beyond it", () => {
    const reads = (count: number, change: object = {}): boolean =>
      maintenances.parse(
        JSON.stringify({ schema: "ghrunners.maintenance/1", runners: Array(count).fill({ ...entry, ...change }) }),
        now,
      ).known;
    assert.deepEqual([reads(0), reads(100), reads(101)], [true, true, false]);
    for (const key of ["name", "reason", "by"]) {
      const lengths = [0, 1, 200, 201].map((length) => reads(1, { [key]: "x".repeat(length) }));
      assert.deepEqual(lengths, [false, true, true, false], key);
      for (const text of ["a\n", "\na", "\r"]) assert.equal(reads(1, { [key]: text }), false, JSON.stringify(text));
    }
  });

  it("names its variable, and the command that removes a text that cannot be read", () => {
    assert.deepEqual(
      [maintenances.variable, maintenances.repair],
      [MAINTENANCE_VARIABLE, "ghrunners maintenance end --all"],
    );
  });

  it("writes nothing that no reader would take", () => {
    assert.throws(() => maintenances.text([{ ...entry, until: "soon" }]));
    assert.equal(maintenances.text([]), '{"schema":"ghrunners.maintenance/1","runners":[]}');
  });

  it("never throws, whatever the variable holds", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void maintenances.parse(text, now)));
  });

  it("takes the entry of a runner that ends last", () => {
    const later = { ...entry, name: "RUNNER-1", until: "2026-01-02T00:00:00Z" };
    assert.equal(maintenanceOf([entry, later], "runner-1"), later);
    assert.equal(maintenanceOf([entry], "runner-2"), undefined);
  });
});
