import assert from "node:assert/strict";
import { primary, Rehearsal, secondary } from "./support/rehearsal";

/** More memory is taken at the next start of a VM, so the provider restarts the guest. */
describe("a change that restarts the machines", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });
  after(async () => {
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
  });

  it("drains each runner, waits until its host answers again, and gives the labels back", async () => {
    const mark = await rehearsal.mark("github");
    const run = await rehearsal.up({ "vm.memoryMiB": "1536" });
    assert.equal(run.code, 0, run.output);
    const report = await rehearsal.status();
    assert.deepEqual(report.problems, []);
    const events = await rehearsal.events("github", mark);
    for (const { role, name } of [secondary, primary]) {
      const own = events.filter((event) => event.name === name);
      const drained = own.findIndex(
        (event) => event.kind === "runner.labels" && !(event.labels as string[]).includes(role),
      );
      const offline = own.findIndex((event) => event.kind === "runner.offline");
      assert.ok(drained >= 0 && drained < offline, `${name}: ${own.map((event) => event.kind).join(", ")}`);
    }
  });
});
