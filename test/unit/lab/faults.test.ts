import assert from "node:assert/strict";
import { faultRequest, faultToClear } from "@ghrunners/lab/fault-requests";
import { faultTable } from "@ghrunners/lab/fault-table";
import { faults } from "@ghrunners/lab/faults";

const names = [
  { role: "primary", name: "runner-1", vmId: 151 },
  { role: "secondary", name: "runner-2", vmId: 152 },
];

describe("faults by command", () => {
  it("finds a machine by role, name or VMID", () => {
    for (const target of ["secondary", "runner-2", "152"]) {
      assert.deepEqual(faultRequest("freeze", target, [], names), {
        service: "proxmox",
        path: "/_lab/faults/freeze",
        body: { vmid: 152 },
      });
    }
  });

  it("gives a runner's fault to GitHub by the runner's name", () => {
    assert.deepEqual(faultRequest("ghost-busy", "primary", [], names), {
      service: "github",
      path: "/_lab/faults/runner-ghost-busy",
      body: { name: "runner-1" },
    });
  });

  it("fills in defaults and takes numbers as numbers", () => {
    assert.deepEqual(faultRequest("github-slow", undefined, ["milliseconds=50"], names).body, { milliseconds: 50 });
    assert.deepEqual(faultRequest("github-slow", undefined, [], names).body, { milliseconds: 2000 });
  });

  it("says what is wrong with the words", () => {
    assert.throws(() => faultRequest("explode", "primary", [], names), /no fault "explode".*freeze/s);
    assert.throws(() => faultRequest("freeze", "third", [], names), /Got "third".*primary \(runner-1, VM 151\)/s);
    assert.throws(
      () => faultRequest("github-slow", undefined, ["seconds=1"], names),
      /no parameter seconds; it has: milliseconds/,
    );
    assert.throws(
      () => faultRequest("github-slow", undefined, ["milliseconds=soon"], names),
      /milliseconds is "soon", expected a number/,
    );
  });

  it("ends a fault of one machine, or wherever it is set", () => {
    assert.deepEqual(faultToClear("cut-link", "primary", names), {
      service: "proxmox",
      path: "/_lab/faults/link-down",
      subject: { vmid: 151 },
    });
    assert.equal(faultToClear("cut-link", undefined, names).subject, undefined);
    assert.equal(faultToClear("github-down", undefined, names).subject, undefined);
  });

  it("lists each with what sees it, what mends it and what it does", () => {
    const lines = faultTable();
    assert.equal(lines.length, 1 + 2 * faults.length);
    const cells = (name: string): string[] => (lines.find((line) => line.startsWith(`${name} `)) ?? "").split(/ {2,}/);
    assert.deepEqual(cells("stop <machine>"), [
      ...["stop <machine>", "problem runner-machine", "... pulumi up --refresh ...", "yes: the test runs it"],
    ]);
    assert.deepEqual(cells("github-500"), ["github-500", "nothing", "the request is sent again", "-"]);
    assert.ok(lines.includes("    GitHub answers late (milliseconds=2000)"));
    assert.doesNotMatch(lines.join("\n"), /`|\]\(|STACK/);
  });

  it("has one name for each fault", () => {
    assert.equal(new Set(faults.map((fault) => fault.name)).size, faults.length);
  });
});
