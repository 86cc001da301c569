import assert from "node:assert/strict";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

const labelsOf = (role: string): string[] => ["self-hosted", "linux", "x64", "lab", role].sort();

/** Inputs of every machine as the state has them. */
async function inputsInState({ stack }: Rehearsal): Promise<unknown[]> {
  const state = JSON.parse(await capturePulumi(stack, ["stack", "export"])) as {
    deployment: { resources: { type: string; inputs?: unknown }[] };
  };
  return state.deployment.resources.flatMap(({ type, inputs }) => (type.includes("vmLegacy") ? [inputs] : []));
}

describe("from nothing to two online runners", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    await Rehearsal.close();
    rehearsal = await Rehearsal.open();
  });

  it("one up makes both machines and both runners", async () => {
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    for (const { name, role } of [primary, secondary]) {
      const runner = await rehearsal.runner(name);
      assert.equal(runner?.status, "online", `${name} at GitHub`);
      assert.deepEqual(runner.labels.map((label) => label.toLowerCase()).sort(), labelsOf(role));
    }
  });

  it("the secondary was proved before the primary was begun", async () => {
    const events = await rehearsal.events("proxmox");
    const cloned = events.filter((event) => event.kind === "vm.cloned").map((event) => event.vmid);
    assert.deepEqual(cloned, [secondary.vmId, primary.vmId]);
    const github = await rehearsal.events("github");
    const proof = github.find((event) => event.kind === "job.completed");
    const primaryOnline = github.find((event) => event.kind === "runner.online" && event.name === primary.name);
    assert.ok(
      proof && primaryOnline && proof.seq < primaryOnline.seq,
      "no job was completed before the primary came online",
    );
  });

  it("the status screen is healthy", async () => {
    const report = await rehearsal.status();
    assert.deepEqual(report.problems, []);
    assert.deepEqual(
      report.machines.map((vm) => vm.status),
      ["running", "running"],
    );
  });

  it("a second up changes nothing, and leaves the inputs in the state as they are", async () => {
    const before = await inputsInState(rehearsal);
    const run = await rehearsal.up({}, "--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(Object.keys(run.changes), ["same"], run.output);
    // Inputs that take another form make the engine write the whole state once more for each resource.
    assert.deepEqual(await inputsInState(rehearsal), before);
  });

  it("a refresh sees no difference", async () => {
    const run = await rehearsal.pulumi(["refresh", "--preview-only", "--expect-no-changes"]);
    assert.equal(run.code, 0, run.output);
  });

  it("the machines have no route out of the lab", async () => {
    const reach = await rehearsal.inMachine(
      primary.vmId,
      "sh",
      "-c",
      "curl -sS --connect-timeout 2 http://192.0.2.1/ 2>&1; ip route get 192.0.2.1 2>&1; true",
    );
    assert.match(
      reach,
      /timed out|[Uu]nreachable|Connection refused|No route|Failed to connect|Couldn't connect/,
      reach,
    );
  });
});
