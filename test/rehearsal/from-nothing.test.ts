import assert from "node:assert/strict";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { npmScriptLine } from "@ghrunners/core/node-line";
import { type Finished, runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { driverEnvironment } from "@ghrunners/lab/driver/exec";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { deploy, recordOf, wholeVersion } from "./support/github-deployments";

const labelsOf = (role: string): string[] => ["self-hosted", "linux", "x64", "lab", role].sort();

/** Inputs of every machine as the state has them. */
async function inputsInState({ stack }: Rehearsal): Promise<unknown[]> {
  const state = JSON.parse(await capturePulumi(stack, ["stack", "export"])) as {
    deployment: { resources: { type: string; inputs?: unknown }[] };
  };
  return state.deployment.resources.flatMap(({ type, inputs }) => (type.includes("vmLegacy") ? [inputs] : []));
}

/**
 * What a newcomer types, in the lab that it makes: with a person's private repository. Every other file of the rehearsal
 * makes an organization's (Rehearsal.open).
 */
describe("npm start, from nothing to a deployment", () => {
  let rehearsal: Rehearsal;
  let started: Finished;
  before(async () => {
    await Rehearsal.close();
    started = await runProcess(npmScriptLine("start"), { cwd: projectRoot, env: driverEnvironment() });
    assert.equal(started.code, 0, started.all);
    rehearsal = await Rehearsal.open(undefined, { owner: "person" });
  });
  // The files after this one need reviewers.
  after(() => Rehearsal.close());

  it("says whose repository it is and what GitHub does not have there, and runs a job on the primary", () => {
    const { stdout } = started;
    assert.match(stdout, /preflight: octocat\/demo-app is private, of a person with the plan pro\./);
    assert.match(stdout, /^lab-runner: success, https:\S+octocat\/demo-app\/actions\/runs\/\d+$/m);
    assert.match(stdout, /● lab: no reviewers; administrators may bypass; branches main; tags v\*/);
    assert.match(stdout, /^Healthy\.$/m);
    assert.match(stdout, /Its repository octocat\/demo-app is private, of a person on Pro\./);
    assert.doesNotMatch(stdout, /^Outputs:/m, "40 lines of outputs would hide the status");
    const [next = stdout] = /^Next deployment\n.*/m.exec(stdout) ?? [];
    assert.match(next, /\n {2}● lab-runner \(primary\), decided \d+ s ago\. (?!.*newer choice)/);
    const stages = ["npm", "lab", "pulumi up", "job", "status"].map((name) => `${name} \\d+ s`).join(", ");
    assert.match(started.all, new RegExp(`\\d+ s since the command was typed: ${stages}$`, "m"));
  });

  it("makes both machines and both runners", async () => {
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

  it("a deployment needs nobody's approval", async () => {
    await rehearsal.labCommand("demo-app");
    const ended = await deploy("1").end();
    assert.equal(ended.code, 0, ended.all);
    assert.equal(recordOf(ended).outcome, "succeeded");
    assert.doesNotMatch(ended.all, /approval/);
    assert.equal(await wholeVersion(rehearsal), "1");
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
