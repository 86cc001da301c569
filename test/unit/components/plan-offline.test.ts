import assert from "node:assert/strict";
import { type OfflineHost, type OfflineRemedy, planOffline } from "@ghrunners/components/runner/plan-offline";

const names = { unit: "one.service", login: "operator@192.0.2.51" };
const quiet: OfflineHost = { unit: "active", jobs: 0, holdsSession: false };

describe("a runner that GitHub does not show online", () => {
  const plan = (change: Partial<OfflineHost> = {}, ...tried: OfflineRemedy[]) =>
    planOffline(names, true, { ...quiet, ...change }, new Set(tried));

  it("is restarted where its unit is active and no job runs", () => {
    assert.deepEqual(plan(), { action: "restart" });
    assert.deepEqual(plan({}, "wait-for-session", "wait-for-job"), { action: "restart" });
  });

  it("is restarted once, and then its log is the next thing to read", () => {
    assert.deepEqual(plan({}, "restart"), {
      action: "give-up",
      seen: "one.service is active, was restarted, and no job runs",
      next:
        "ssh operator@192.0.2.51 sudo journalctl -u one.service -n 20 and GitHub's status page, " +
        "then ssh operator@192.0.2.51 sudo systemctl restart one.service",
    });
  });

  it("is waited for, and never restarted, while a job is at work", () => {
    assert.deepEqual(plan({ jobs: 1 }), { action: "wait-for-job" });
    assert.deepEqual(plan({ jobs: 1 }, "wait-for-job"), {
      action: "give-up",
      seen: "one.service is active with a job at work, so it was not restarted",
      next: "when the job has ended, pulumi up --refresh",
    });
  });

  it("is waited for, and not restarted, while GitHub holds the session of a listener that was killed", () => {
    assert.deepEqual(plan({ holdsSession: true }), { action: "wait-for-session" });
    assert.deepEqual(plan({ holdsSession: true }, "restart"), { action: "wait-for-session" });
    const given = plan({ holdsSession: true }, "wait-for-session");
    assert.ok(given.action === "give-up");
    assert.match(given.seen, /another listener has its session/);
    assert.match(given.next, /stop a copy of this machine, then ssh \S+ sudo systemctl restart one\.service$/);
  });

  for (const unit of ["activating", "failed", "inactive"])
    it(`is left alone while its unit is ${unit}`, () => {
      const given = plan({ unit });
      assert.ok(given.action === "give-up");
      assert.equal(given.seen, `one.service is ${unit}`);
      assert.match(given.next, /^ssh operator@192\.0\.2\.51 sudo journalctl .*; repair what it says/);
    });

  it("is registered again where GitHub does not know it, and looked for where its machine is silent", () => {
    const unknown = planOffline(names, false, quiet, new Set());
    assert.ok(unknown.action === "give-up");
    assert.match(unknown.next, /^pulumi up --refresh, which registers it again$/);
    const silent = planOffline(names, true, undefined, new Set());
    assert.ok(silent.action === "give-up");
    assert.match(silent.next, /^look at the VM's console/);
  });
});
