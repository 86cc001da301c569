import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { announcedTable } from "@ghrunners/cli/doctor/announced";
import { doctorRounds, doctorTable } from "@ghrunners/lab/driver/doctor-cases";
import { faults } from "@ghrunners/lab/faults";
import { unalignedRows } from "./documents";

const page = (): string[] => unalignedRows(readFileSync(path.join(projectRoot, "docs/how-to/doctor.md"), "utf8"));

describe("the doctor's table of announcements", () => {
  it("stands in docs/how-to/doctor.md as its data", () => {
    for (const row of unalignedRows(announcedTable())) assert.ok(page().includes(row), row);
  });
});

describe("the doctor's table of faults", () => {
  it("has every fault of the lab once", () => {
    const told = doctorRounds.flat().map(({ fault }) => fault);
    assert.deepEqual(told.sort(), faults.map(({ name }) => name).sort());
  });

  it("stands in docs/how-to/doctor.md as the rehearsal has seen it", () => {
    for (const row of unalignedRows(doctorTable())) assert.ok(page().includes(row), row);
  });
});
