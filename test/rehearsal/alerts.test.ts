import assert from "node:assert/strict";
import { isBackground, rehearse, rehearsedSettings } from "@ghrunners/lab/driver/alert-rehearsal";
import { FastMonitoring } from "@ghrunners/lab/driver/fast-monitoring";
import { rounds } from "@ghrunners/lab/driver/fault-cases";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../support/undone-after";

/** Every fault of the lab reaches on-call as the right alert, and no other; and on-call hears that it is over. */
describe("alerts", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  let monitoring: FastMonitoring;

  before(async () => {
    rehearsal = await Rehearsal.ready();
    monitoring = new FastMonitoring(rehearsal.lab.instance);
    undo(() => monitoring.stop());
    undo(() => rehearsal.labCommand("fault", "clear"));
    await monitoring.start(rehearsedSettings);
    await monitoring.watching(5);
    await monitoring.quiet(isBackground, 90_000);
  });

  for (const round of rounds) {
    it(round.map(({ title, alert }) => `${title} -> ${alert.name}`).join("; "), async () => {
      const { outcomes, wrong } = await rehearse(rehearsal, monitoring, round);
      for (const { fault, told, seconds } of outcomes) {
        process.stdout.write(`      ${fault.title}: ${told.name} after ${seconds.toFixed(1)} s\n`);
        assert.equal(told.receiver, "oncall-sre");
        assert.equal(told.labels.environment, "lab");
        assert.ok((told.labels.role ?? "") !== "", `${told.name} has no role`);
        assert.match(told.annotations.runbook_url ?? "", new RegExp(`\\.md#${told.name.toLowerCase()}$`));
        assert.ok((told.annotations.action ?? "") !== "", `${told.name} says nothing to do`);
      }
      assert.deepEqual(
        wrong.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
        [],
        "on-call was notified of something else as well",
      );
    });
  }
});
