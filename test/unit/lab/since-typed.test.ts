import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { identityOf } from "@ghrunners/core/process-identity";
import { ageOf, secondsSinceTyped } from "@ghrunners/lab/since-typed";

describe("the seconds of npm start", () => {
  it("begin with npm, whose first step installs packages", () => {
    assert.ok(Math.abs(ageOf("1000.25 1900.00\n", "91025") - 90) < 1e-9);
  });

  it("are those of npm where npm started this process, else those of this process", function () {
    const parent = identityOf(process.ppid);
    if (parent === undefined) this.skip();
    const before = ageOf(readFileSync("/proc/uptime", "utf8"), parent.start);
    const counted = secondsSinceTyped({ npm_lifecycle_event: "start" });
    assert.ok(counted >= before && counted < before + 5, `${counted} s, the parent is ${before} s old`);
    const own = secondsSinceTyped({});
    assert.ok(Math.abs(own - process.uptime()) < 1, `${own} s`);
  });
});
