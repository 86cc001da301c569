import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { instanceNamed } from "@ghrunners/lab/instance";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

/** No process has it: Linux's greatest is 2^22. */
const GONE = 2 ** 22 + 1;

describe("a lock that an engine left after its lab was taken down", function () {
  this.timeout(5 * 60_000);
  const before = process.env.GHRUNNERS_LAB;
  const name = `${(before || "test").slice(0, 4)}-lock`;
  after(async () => {
    process.env.GHRUNNERS_LAB = name;
    await Rehearsal.close();
    if (before === undefined) delete process.env.GHRUNNERS_LAB;
    else process.env.GHRUNNERS_LAB = before;
  });

  it("does not keep a new lab of that name from having a stack", async () => {
    process.env.GHRUNNERS_LAB = name;
    await Rehearsal.close();
    const folder = path.join(instanceNamed(name).backend, ".pulumi/locks/organization/ghrunners", `lab-${name}`);
    mkdirSync(folder, { recursive: true });
    const lock = { pid: GONE, username: "root", hostname: hostname(), timestamp: new Date().toISOString() };
    writeFileSync(path.join(folder, "9bce7a87-3840-4883-9798-86639a9de1fc.json"), JSON.stringify(lock));
    const rehearsal = await Rehearsal.open("api-only");
    const { code, all } = await rehearsal.run(["pulumi", "config", "get", "ghrunners:environment"]);
    assert.equal(code, 0, all);
  });
});
