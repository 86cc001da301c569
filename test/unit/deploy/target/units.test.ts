import assert from "node:assert/strict";
import { FakeSystemd } from "../support/fake-systemd";
import { LocalTarget } from "../support/target";

const units = ["app.service", "worker.service"];

describe("the units of an application", function () {
  this.timeout(30_000);
  let target: LocalTarget;
  let systemd: FakeSystemd;
  beforeEach(async () => {
    target = new LocalTarget();
    systemd = new FakeSystemd();
    await target.deploy(target.request("1"), target.agent(undefined, systemd));
    systemd.active.add("app.service");
    systemd.enabled.add("app.service");
  });
  afterEach(() => target.remove());

  const deploy = (traits = {}) => {
    const plan = target.plan();
    const common = { kind: "units", limitSeconds: 60, units } as const;
    const steps = plan.steps.flatMap((step) =>
      step.name === "stop"
        ? [{ ...common, name: "stop", action: "stop" } as const]
        : step.name === "start"
          ? [{ ...common, name: "start", action: "start" } as const]
          : [step],
    );
    return target.deploy(target.request("2", traits, { ...plan, steps }), target.agent(undefined, systemd));
  };

  it("run and start at boot afterwards as before, where a version was undone", async () => {
    const { deployment } = await deploy({ unhealthy: true });
    assert.equal(deployment.outcome, "rolled_back");
    assert.deepEqual([[...systemd.active], [...systemd.enabled]], [["app.service"], ["app.service"]]);
  });

  it("are not changed if systemd does not report their state", async () => {
    systemd.unanswered = 1;
    systemd.asked.length = 0;
    const { deployment } = await deploy();
    assert.equal(deployment.outcome, "refused");
    assert.match(
      deployment.failure?.detail ?? "",
      /systemd does not report the state of app\.service, worker\.service: .*transient/,
    );
    assert.deepEqual(systemd.asked, ["show"]);
    assert.deepEqual([...systemd.active], ["app.service"]);
  });

  it("are read again by an undo if systemd did not answer", async () => {
    const started = systemd.run.bind(systemd);
    systemd.run = async (line) => {
      // From the undo of the start on, which is the first question after it.
      if (line[1] === "start") systemd.unanswered = 2;
      return started(line);
    };
    const { deployment } = await deploy({ unhealthy: true });
    assert.equal(deployment.outcome, "rolled_back");
    assert.deepEqual([...systemd.active], ["app.service"]);
  });
});
