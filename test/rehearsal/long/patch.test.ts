import assert from "node:assert/strict";
import type { PatchReport } from "@ghrunners/cli/patch/render";
import { until } from "@ghrunners/core/until";
import type { Finished } from "@ghrunners/core/process";
import { MAINTENANCE_VARIABLE, maintenances } from "@ghrunners/failover/choice/maintenance";
import { installedVersion, offerUpdate, withdrawUpdates } from "@ghrunners/lab/driver/offered-updates";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
import { undoneAfter } from "../../support/undone-after";

const LIMIT_MS = 120_000;
const SECURITY = 'runner_updates_pending{kind="security"}';

/** Both machines lack one security update; the secondary's has to restart as well. */
describe("patching the machines of the runners", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  const machines = [secondary, primary];
  const patch = (...args: string[]): Promise<Finished> => rehearsal.run(["ghrunners", "patch", ...args]);

  async function pending(machine: { readonly vmId: number; readonly address: string }): Promise<number | undefined> {
    const url = `http://${machine.address}:9101/metrics`;
    return seriesOf(await rehearsal.inMachine(machine.vmId, "curl", "-sf", "--max-time", "2", url)).get(SECURITY);
  }

  async function inMaintenance(): Promise<string[]> {
    const { data } = await rehearsal.octokit.rest.actions
      .getRepoVariable({ ...rehearsal.repository, name: MAINTENANCE_VARIABLE })
      .catch(() => ({ data: { value: undefined } }));
    const seen = maintenances.parse(data.value, new Date());
    assert.ok(seen.known);
    return seen.entries.map(({ name }) => name);
  }

  const bootOf = ({ vmId }: { readonly vmId: number }): Promise<string> =>
    rehearsal.inMachine(vmId, "systemctl", "show", "--property=UserspaceTimestampMonotonic", "--value");

  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(() => rehearsal.run(["ghrunners", "maintenance", "end", "--all"]));
    for (const machine of machines) {
      undo(() => withdrawUpdates(rehearsal, machine));
      await offerUpdate(rehearsal, machine);
    }
    await rehearsal.inMachine(secondary.vmId, "touch", "/run/reboot-required");
  });

  it("the exporters see the update, and the plan names it and changes nothing", async () => {
    for (const machine of machines)
      await until(`${machine.name} lacks a security update`, LIMIT_MS, async () => (await pending(machine)) === 1);
    const { code, stdout, all } = await patch();
    assert.equal(code, 0, all);
    assert.match(stdout, /lab-runner-secondary +secondary +1 +0 +required +planned\n +lab-runner +primary +1 +0 /);
    assert.match(stdout, /lab-runner, security: lab-harmless/);
    assert.match(stdout, /Nothing was changed\.\nNext: ghrunners patch --apply/);
    assert.deepEqual(await inMaintenance(), []);
    assert.equal(await installedVersion(rehearsal, primary), "1.0");
  });

  it("stops at the first machine that cannot be patched, and says what was seen and what comes next", async () => {
    // A job that asks for exactly this runner, and so reaches it although it is drained.
    const job = "systemd-run --quiet --unit=other-job bash -c 'exec -a Runner.Worker sleep 600'";
    await rehearsal.inMachine(secondary.vmId, "sh", "-c", job);
    undo(() => rehearsal.inMachine(secondary.vmId, "sh", "-c", "systemctl stop other-job || true"));
    const { code, stdout, all } = await patch("--apply");
    assert.equal(code, 1, all);
    assert.match(stdout, /^ +lab-runner-secondary .* failed$/m);
    assert.match(stdout, /^ +lab-runner +primary .* not begun$/m);
    assert.match(
      stdout,
      /A job runs on .*although it is drained[\s\S]*It stays in maintenance until .*Next: ghrunners patch/,
    );
    assert.deepEqual(await inMaintenance(), [secondary.name]);
    assert.equal(await installedVersion(rehearsal, secondary), "1.0");
    await rehearsal.inMachine(secondary.vmId, "systemctl", "stop", "other-job");
  });

  it("the same command resumes: the secondary, then the primary, and one of them is always in service", async () => {
    const boots = new Map<string, string>();
    for (const machine of machines) boots.set(machine.name, await bootOf(machine));
    const order: string[] = [];
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        const away = await inMaintenance();
        const online = await Promise.all(
          machines.map(async ({ name }) => (await rehearsal.runner(name))?.status === "online" && !away.includes(name)),
        );
        assert.ok(online.includes(true), `both are away: in maintenance ${away.join(", ")}`);
        for (const name of away) if (order.at(-1) !== name) order.push(name);
      }
    })();
    const { code, stdout, all } = await patch("--apply", "--json").finally(() => (isOver = true));
    await watch;
    assert.equal(code, 0, all);
    const { runners, problem } = JSON.parse(stdout) as PatchReport;
    assert.equal(problem, null);
    assert.deepEqual(
      runners.map(({ name, result }) => [name, result]),
      machines.map(({ name }) => [name, "patched"]),
    );
    assert.deepEqual(
      order,
      machines.map(({ name }) => name),
    );
    for (const machine of machines) {
      assert.equal(await installedVersion(rehearsal, machine), "1.1");
      await until(`${machine.name} lacks no update`, LIMIT_MS, async () => (await pending(machine)) === 0);
    }
    assert.notEqual(await bootOf(secondary), boots.get(secondary.name), "it had to restart");
    assert.deepEqual(
      runners.map(({ name, restarted }) => [name, restarted]),
      [
        [secondary.name, true],
        [primary.name, (await bootOf(primary)) !== boots.get(primary.name)],
      ],
    );
    assert.deepEqual(await inMaintenance(), []);
  });
});
