import assert from "node:assert/strict";
import { until } from "../support/until";
import { primary, Rehearsal, secondary } from "./support/rehearsal";

/** What happens behind Pulumi's back is seen by refresh and healed by up. */
describe("drift", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  async function refreshSees(pattern: RegExp): Promise<void> {
    const preview = await rehearsal.pulumi(["refresh", "--preview-only", "--diff", "--expect-no-changes"]);
    assert.notEqual(preview.code, 0, `refresh saw nothing:\n${preview.output}`);
    assert.match(preview.output, pattern);
    const refresh = await rehearsal.pulumi(["refresh"]);
    assert.equal(refresh.code, 0, refresh.output);
  }

  async function upHeals(): Promise<void> {
    const run = await rehearsal.up();
    assert.equal(run.code, 0, run.output);
    const report = await rehearsal.status();
    assert.deepEqual(report.problems, []);
    const second = await rehearsal.up({}, "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
  }

  it("a label removed at GitHub comes back", async () => {
    const { id } = (await rehearsal.runner(primary.name))!;
    await rehearsal.octokit.rest.actions.removeCustomLabelFromSelfHostedRunnerForRepo({
      ...rehearsal.repository,
      runner_id: id,
      name: "primary",
    });
    await refreshSees(/primary/);
    await upHeals();
  });

  it("a runner deleted at GitHub registers again, once", async () => {
    const before = (await rehearsal.runner(secondary.name))!;
    await rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({
      ...rehearsal.repository,
      runner_id: before.id,
    });
    await refreshSees(/delete/i);
    await upHeals();
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.deepEqual(data.runners.map((runner) => runner.name).sort(), [primary.name, secondary.name]);
    assert.notEqual((await rehearsal.runner(secondary.name))?.id, before.id);
  });

  it("a unit disabled on the host is enabled and started again", async () => {
    const unit = (await rehearsal.inMachine(primary.vmId, "sh", "-c", "cat /opt/actions-runner/.service")).trim();
    await rehearsal.inMachine(primary.vmId, "systemctl", "disable", "--now", unit);
    await until(
      "GitHub shows the runner offline",
      30_000,
      async () => (await rehearsal.runner(primary.name))?.status === "offline",
    );
    await refreshSees(/disabled|inactive/);
    await upHeals();
    assert.equal((await rehearsal.inMachine(primary.vmId, "systemctl", "is-enabled", unit)).trim(), "enabled");
  });

  it("a machine stopped in Proxmox VE is started", async () => {
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    await refreshSees(/started|status/);
    await upHeals();
  });

  it("a machine deleted in Proxmox VE is made again, whole", async () => {
    const before = (await rehearsal.runner(secondary.name))!;
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    await rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${secondary.vmId}`);
    await refreshSees(/vmLegacy|VmLegacy/);
    await upHeals();
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.equal(data.runners.filter((runner) => runner.name === secondary.name).length, 1, "a ghost was left");
    assert.ok(before.id > 0);
  });
});
