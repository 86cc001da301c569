import assert from "node:assert/strict";
import fc from "fast-check";
import { maintenanceOf, maintenanceText, parseMaintenance } from "@ghrunners/failover/choice/maintenance";

const now = new Date("2026-01-01T12:00:00Z");
const entry = { name: "runner-1", until: "2026-01-01T13:00:00Z", reason: "new disk", by: "ada" };

describe("maintenance of runners", () => {
  it("reads what it wrote", () => {
    assert.deepEqual(parseMaintenance(maintenanceText([entry]), now), { known: true, runners: [entry] });
  });

  it("counts no variable, an empty one and expired entries as none", () => {
    const none = { known: true, runners: [] };
    assert.deepEqual(parseMaintenance(undefined, now), none);
    assert.deepEqual(parseMaintenance(" ", now), none);
    assert.deepEqual(parseMaintenance(maintenanceText([{ ...entry, until: "2026-01-01T12:00:00Z" }]), now), none);
    assert.deepEqual(parseMaintenance(maintenanceText([{ ...entry, until: "2026-01-01T13:00:00+02:00" }]), now), none);
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
      const seen = parseMaintenance(text, now);
      assert.equal(seen.known, false);
      assert.match(seen.known ? "" : seen.problem, says);
    });
  }

  it("never throws, whatever the variable holds", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseMaintenance(text, now)));
  });

  it("takes the entry of a runner that ends last", () => {
    const later = { ...entry, name: "RUNNER-1", until: "2026-01-02T00:00:00Z" };
    assert.equal(maintenanceOf([entry, later], "runner-1"), later);
    assert.equal(maintenanceOf([entry], "runner-2"), undefined);
  });
});
