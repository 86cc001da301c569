import assert from "node:assert/strict";
import { ownMachineProblems } from "@ghrunners/components/preflight/judge-own-machine";
import { settingOf } from "@ghrunners/components/preflight/settings-of";
import type { MachineDrainInputs } from "@ghrunners/components/resources/machine-drain";
import { provider as machineDrain } from "@ghrunners/components/resources/machine-drain";
import type { RegisteredRunnerState } from "@ghrunners/components/resources/registered-runner";
import { provider as registeredRunner } from "@ghrunners/components/resources/registered-runner";
import type { RegistrationState } from "@ghrunners/components/resources/registration";
import { provider as registration } from "@ghrunners/components/resources/registration";
import { asItIs, refusalOnItself, refuseOnItself, runnerHere } from "@ghrunners/components/runner/own-machine";
import { chooseDrain } from "@ghrunners/components/runner/plan-drain";

const one = { role: "primary", name: "one", vmId: 151, address: "192.0.2.51", node: "pve1", templateId: 9000 } as const;
const own = { ...one, role: "delivery", name: "delivery-1", vmId: 159, address: "192.0.2.59" } as const;
const refused =
  /delivery-1 is not changed: this update is a job on it, and would wait for its own end\. Next: pulumi up/;

describe("an update that is a job on a machine of the stack", () => {
  it("is known by the name that GitHub's runner gives each job", () => {
    assert.equal(runnerHere({ RUNNER_NAME: "delivery-1" }), "delivery-1");
    assert.equal(runnerHere({ RUNNER_NAME: "" }), undefined);
    assert.equal(runnerHere({}), undefined);
  });

  it("refuses to drain that machine, also by force and where it has no peers, and no other one", () => {
    assert.match(refusalOnItself("delivery-1", "delivery-1") ?? "", refused);
    assert.equal(refusalOnItself("delivery-1", undefined), undefined);
    const self = { id: 7, name: "delivery-1", online: true, busy: true, labels: [], version: undefined };
    const choose = (here: string | undefined, force = false) =>
      chooseDrain("delivery-1", self, [], { force, forceHint: "" }, here);
    for (const force of [false, true]) {
      const choice = choose("delivery-1", force);
      assert.ok(choice.action === "refuse");
      assert.match(choice.reason, refused);
    }
    assert.deepEqual(choose("delivery-2"), { action: "drain", runnerId: 7 });
    assert.deepEqual(choose(undefined), { action: "drain", runnerId: 7 });
    assert.equal(
      chooseDrain("delivery-1", undefined, [], { force: false, forceHint: "" }, "delivery-1").action,
      "refuse",
    );
  });

  describe("in a destroy, which does not run the program", () => {
    const before = process.env.RUNNER_NAME;
    beforeEach(() => void (process.env.RUNNER_NAME = "delivery-1"));
    afterEach(() => {
      if (before === undefined) delete process.env.RUNNER_NAME;
      else process.env.RUNNER_NAME = before;
    });

    it("removes no registration, stops no service and drains nothing of that machine", async () => {
      const state = { runnerName: "delivery-1" };
      await assert.rejects(async () => registration.delete?.("", state as RegistrationState), refused);
      await assert.rejects(async () => registeredRunner.delete?.("", state as RegisteredRunnerState), refused);
      await assert.rejects(async () => machineDrain.delete?.("", state as MachineDrainInputs), refused);
    });

    it("says nothing about the machines of others", () => {
      assert.throws(() => refuseOnItself("delivery-1"), refused);
      assert.doesNotThrow(() => refuseOnItself("one"));
    });
  });

  it("leaves every property as the state has it, besides what is left out anyway", () => {
    const props = { memory: 1024 };
    const opts = { protect: true, ignoreChanges: ["disks[0].speed"], replaceOnChanges: ["#initerror"] };
    const left = asItIs({ type: "t", name: "n", props, opts, resource: {} as never });
    assert.deepEqual(left, {
      props,
      opts: { protect: true, ignoreChanges: ["disks[0].speed", "*"], replaceOnChanges: [] },
    });
    assert.deepEqual(asItIs({ type: "t", name: "n", props, opts: {}, resource: {} as never })?.opts, {
      ignoreChanges: ["*"],
      replaceOnChanges: [],
    });
  });
});

describe("the preflight of an update on a machine of the stack", () => {
  const judge = (before: readonly object[], after: readonly object[], here: string | undefined = "delivery-1") =>
    ownMachineProblems({ runners: before as never }, { runners: after as never }, here);

  it("finds nothing where the machine stays, is new, or is not this one", () => {
    assert.deepEqual(judge([one, own], [one, own]), []);
    assert.deepEqual(judge([one, own], [one, { ...own, templateId: 9001 }]), []);
    assert.deepEqual(judge([one], [one, own]), []);
    assert.deepEqual(judge([one, own], [one], "one"), []);
    assert.deepEqual(ownMachineProblems({ runners: [own] }, { runners: [] }, undefined), []);
    assert.deepEqual(ownMachineProblems({}, { runners: [own] }, "delivery-1"), []);
  });

  it("refuses to delete it, also by another name", () => {
    const [problem, ...more] = judge([one, own], [one]);
    assert.deepEqual(more, []);
    assert.equal(problem?.setting, "deliveryRunner");
    assert.equal(
      problem.reason,
      "delivery-1 would be deleted, and this update is a job on it. Expected it kept. Next: pulumi up on a workstation",
    );
    assert.equal(judge([one, own], [one, { ...own, name: "delivery-2" }])[0]?.setting, "deliveryRunner");
    assert.equal(judge([one, own], [{ ...one, name: "uno" }, own], "one")[0]?.setting, "runners[0]");
  });

  it("refuses to give it another VMID, address or node", () => {
    const moved = judge([one, own], [one, { ...own, vmId: 160, address: "192.0.2.60", node: "pve2" }]);
    assert.deepEqual(
      moved.map(({ setting }) => setting),
      ["deliveryRunner.vmId", "deliveryRunner.address", "deliveryRunner.node"],
    );
    assert.equal(
      moved[0]?.reason,
      "delivery-1 would move from 159 to 160, and this update is a job on it. Expected 159. Next: pulumi up on a workstation",
    );
    assert.equal(judge([one, own], [{ ...one, vmId: 160 }, own], "one")[0]?.setting, "runners[0].vmId");
  });

  it("names the settings of each machine", () => {
    assert.equal(settingOf({ runners: [one, own] }, 0), "runners[0]");
    assert.equal(settingOf({ runners: [one, own] }, 1), "deliveryRunner");
    assert.equal(settingOf({ runners: [one, own] }, 2), "runners[2]");
  });
});
