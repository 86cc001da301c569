import assert from "node:assert/strict";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { guardOverrides, LEAVE_PRODUCTION_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { type ApiOnlyLab, apiOnlyLab } from "../cli/support/api-only-lab";

/** A stack that is production gets another environment. The lab has no machines here. */
describe("a stack that is production", () => {
  let lab: ApiOnlyLab;
  let rehearsal: Rehearsal;
  before(async () => {
    lab = await apiOnlyLab("leave");
    rehearsal = lab.rehearsal;
    const made = await rehearsal.up({ environment: "production" });
    assert.equal(made.code, 0, made.output);
  });
  after(() => lab.close());

  async function environments(): Promise<string[]> {
    const { data } = await rehearsal.octokit.rest.repos.getAllEnvironments(rehearsal.repository);
    return (data.environments ?? []).map(({ name }) => name);
  }

  /** Whether Pulumi's option `protect` holds in the state, by machine. */
  async function protectedMachines(): Promise<boolean[]> {
    const { deployment } = JSON.parse(await capturePulumi(rehearsal.stack, ["stack", "export"])) as {
      deployment: { resources: { type: string; protect?: boolean }[] };
    };
    return deployment.resources
      .filter(({ type }) => type === "proxmoxve:index/vmLegacy:VmLegacy")
      .map(({ protect }) => protect === true);
  }

  const renamed: StackSettings = { environment: "acceptance" };

  for (const subcommand of ["preview", "up"]) {
    it(`is refused by ${subcommand}, which changes nothing`, async () => {
      const run = await rehearsal.pulumi([subcommand], renamed);
      assert.notEqual(run.code, 0, run.output);
      assert.match(
        run.output,
        /ghrunners:environment: seen acceptance, and this stack is production: .* from lab-runner, lab-runner-secondary, and GitHub's environment production could go with its rules and secrets\. Expected production\./,
      );
      assert.deepEqual(await environments(), ["production"]);
      assert.deepEqual(await protectedMachines(), [true, true]);
    });
  }

  it("takes other changes while it stays production", async () => {
    const run = await rehearsal.pulumi(["preview"], { environment: "production", "vm.cores": "2" });
    assert.equal(run.code, 0, run.output);
  });

  it("gives its protection back in words alone, and then can be destroyed", async () => {
    const bare = { environment: "production", "safety.protect": "false" };
    const refused = await rehearsal.up(bare);
    assert.notEqual(refused.code, 0, refused.output);
    const held = await rehearsal.pulumi(["destroy"], { environment: "production" });
    assert.notEqual(held.code, 0, held.output);
    assert.deepEqual(await protectedMachines(), [true, true]);
    const inWords = { ...bare, "safety.allowUnprotectedVm": guardOverrides["production-vm-protected"].words };
    const given = await rehearsal.up(inWords);
    assert.equal(given.code, 0, given.output);
    assert.deepEqual(await protectedMachines(), [false, false]);
    const destroyed = await rehearsal.pulumi(["destroy"], inWords);
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.deepEqual(await environments(), []);
    const again = await rehearsal.up({ environment: "production" });
    assert.equal(again.code, 0, again.output);
  });

  it("is left where the configuration says so in words, and the next run needs no words", async () => {
    const left = await rehearsal.up({ ...renamed, "safety.allowLeavingProduction": LEAVE_PRODUCTION_WORDS });
    assert.equal(left.code, 0, left.output);
    assert.deepEqual(await environments(), ["acceptance"]);
    assert.deepEqual(await protectedMachines(), [false, false]);
    const next = await rehearsal.up(renamed);
    assert.equal(next.code, 0, next.output);
  });
});
