import assert from "node:assert/strict";
import { topology } from "@ghrunners/lab/topology";
import type { DriftReport } from "@ghrunners/cli/drift/report";
import type { PruneReport } from "@ghrunners/cli/prune/render";
import { until } from "@ghrunners/core/until";
import { registerElsewhere } from "@ghrunners/lab/driver/foreign-runner";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

/** What happens behind Pulumi's back is seen by refresh and healed by up. */
describe("drift", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  /** What a refresh would take over. It must be something. */
  async function seenByRefresh(): Promise<string> {
    const preview = await rehearsal.pulumi(["refresh", "--preview-only", "--diff", "--expect-no-changes"]);
    assert.notEqual(preview.code, 0, `refresh saw nothing:\n${preview.output}`);
    return preview.output;
  }

  async function upHeals(...args: string[]): Promise<void> {
    const run = await rehearsal.up({}, ...args);
    assert.equal(run.code, 0, run.output);
    const report = await rehearsal.status();
    assert.deepEqual(report.problems, []);
    const second = await rehearsal.up({}, "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
  }

  describe("of both runners", () => {
    let unit: string;
    let deleted: number;
    let seen: string;

    before(async () => {
      unit = (await rehearsal.inMachine(primary.vmId, "sh", "-c", "cat /opt/actions-runner/.service")).trim();
      await rehearsal.inMachine(primary.vmId, "systemctl", "disable", "--now", unit);
      const { actions } = rehearsal.octokit.rest;
      const at = async (name: string) => ({ ...rehearsal.repository, runner_id: (await rehearsal.runner(name))!.id });
      await actions.removeCustomLabelFromSelfHostedRunnerForRepo({ ...(await at(primary.name)), name: "primary" });
      deleted = (await rehearsal.runner(secondary.name))!.id;
      await actions.deleteSelfHostedRunnerFromRepo(await at(secondary.name));
      await until(
        "GitHub shows the primary offline",
        30_000,
        async () => (await rehearsal.runner(primary.name))?.status === "offline",
      );
      seen = await seenByRefresh();
      const refresh = await rehearsal.pulumi(["refresh"]);
      assert.equal(refresh.code, 0, refresh.output);
      await upHeals();
    });

    it("a label removed at GitHub comes back", async () => {
      assert.match(seen, /labels.*"primary"|- *\[\d+\]: "primary"/s);
      assert.ok((await rehearsal.runner(primary.name))?.labels.includes("primary"));
    });

    it("a unit disabled on the host is enabled and started again", async () => {
      assert.match(seen, /disabled|inactive/);
      assert.equal((await rehearsal.inMachine(primary.vmId, "systemctl", "is-enabled", unit)).trim(), "enabled");
    });

    it("a runner deleted at GitHub registers again, once", async () => {
      assert.match(seen, /delete/i);
      const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
      assert.deepEqual(data.runners.map((runner) => runner.name).sort(), [primary.name, secondary.name]);
      assert.notEqual((await rehearsal.runner(secondary.name))?.id, deleted);
    });
  });

  it("files changed by hand on the monitoring host are named, and the command beside them restores them", async () => {
    const onHost = (script: string): Promise<string> =>
      rehearsal.inMachine(topology.hosts.monitoring.id, "bash", "-c", script);
    const seen = () => rehearsal.json<DriftReport>("ghrunners", "drift");
    const [rules = "", dashboard = ""] = (
      await onHost(
        "ls /etc/prometheus/rules.d/ghrunners.lab.* | head -n 1; ls /var/lib/ghrunners/dashboards/* | head -n 1",
      )
    ).split("\n");
    const stranger = "/etc/prometheus/rules.d/ghrunners.lab.stranger.yml";
    const route = "/etc/prometheus/alertmanager.yml";
    await onHost(`echo '# quiet' | tee -a ${rules} >>${route}; rm ${dashboard}; echo 'groups: []' >${stranger}`);

    const { findings } = await seen();
    assert.deepEqual(findings.map(({ id, subject }) => `${id} ${subject.split(" ")[0]}`).sort(), [
      `monitoring-file-changed ${route}`,
      `monitoring-file-changed ${rules}`,
      `monitoring-file-missing ${dashboard}`,
      `monitoring-file-unknown ${stranger}`,
    ]);
    const repairs = [...new Set(findings.map(({ repair }) => repair))];
    assert.deepEqual(repairs, [`ghrunners restore-monitoring --stack ${rehearsal.session.stack}`]);
    const { code, all } = await rehearsal.run(["bash", "-c", repairs[0] ?? ""]);
    assert.equal(code, 0, all);

    const after = await seen();
    assert.deepEqual({ findings: after.findings, errors: after.errors }, { findings: [], errors: [] });
  });

  it("a machine stopped in Proxmox VE is started", async () => {
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    assert.match(await seenByRefresh(), /started|status/);
    await upHeals("--refresh");
  });

  it("a machine that was deleted in Proxmox VE is rebuilt completely", async () => {
    const before = (await rehearsal.runner(secondary.name))!;
    await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    await rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${secondary.vmId}`);
    assert.match(await seenByRefresh(), /vmLegacy|VmLegacy/);
    await upHeals("--refresh");
    const { data } = await rehearsal.octokit.rest.actions.listSelfHostedRunnersForRepo(rehearsal.repository);
    assert.equal(data.runners.filter((runner) => runner.name === secondary.name).length, 1, "a ghost was left");
    assert.ok(before.id > 0);
  });

  describe("that a stack left behind", () => {
    const stray = { vmId: 190, name: "old-runner" };
    const onPrimary = (script: string): Promise<string> => rehearsal.inMachine(primary.vmId, "sh", "-c", script);
    const home = "/opt/actions-runner";
    const seen = (...args: string[]): Promise<PruneReport> =>
      rehearsal.json<PruneReport>("ghrunners", "prune", "--plan", "lab/demo-app/deployment.yaml", ...args);
    const found = ({ leftovers }: PruneReport): string[] =>
      leftovers.map(({ kind, id, name }) => `${kind} ${id} ${name}`);

    after(async () => {
      const ghost = await rehearsal.runner(stray.name);
      if (ghost !== undefined)
        await rehearsal.octokit.rest.actions.deleteSelfHostedRunnerFromRepo({
          ...rehearsal.repository,
          runner_id: ghost.id,
        });
      await rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${stray.vmId}`).catch(() => undefined);
      await onPrimary(`rm -rf ${home}/bin.2.30[0-9].0 ${home}/externals.2.30[0-9].0`);
    });

    it("is found with place and reason, and removed with --apply; the stack's own things stay", async () => {
      assert.deepEqual(found(await seen()), []);
      await registerElsewhere(rehearsal, stray.name);
      const ghost = (await rehearsal.runner(stray.name))!;
      const { labels } = (await rehearsal.runner(primary.name))!;
      await rehearsal.octokit.rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
        ...rehearsal.repository,
        runner_id: ghost.id,
        labels: [...labels],
      });
      await rehearsal.proxmox("POST", `nodes/pve-lab/qemu/9000/clone?newid=${stray.vmId}&name=${stray.name}&full=1`);
      const notes = encodeURIComponent(`ghrunners ${rehearsal.session.stack} ${stray.name}`);
      await rehearsal.proxmox("PUT", `nodes/pve-lab/qemu/${stray.vmId}/config?description=${notes}&protection=1`);
      await onPrimary(
        `for v in 2.301.0 2.302.0; do mkdir -p ${home}/bin.$v ${home}/externals.$v; done; touch -d 2020-01-01 ${home}/bin.2.301.0`,
      );
      const isOffline = async (): Promise<boolean> => (await rehearsal.runner(stray.name))?.status === "offline";
      await until("GitHub shows the ghost offline", 90_000, isOffline);
      const dry = await seen();
      assert.deepEqual(found(dry).sort(), [
        `machine ${stray.vmId} ${stray.name}`,
        `runner ${ghost.id} ${stray.name}`,
        "runner-version 2.301.0 runner 2.301.0",
      ]);
      assert.deepEqual([dry.applied, dry.removed], [false, []]);
      assert.ok(await rehearsal.runner(stray.name), "a dry run changes nothing");

      const some = await rehearsal.run(["ghrunners", "prune", "--apply"]);
      assert.equal(some.code, 1, some.all);
      assert.match(
        some.stdout,
        /machine 190 \(node pve-lab\) was not removed: it is protected\. Next: qm set 190 --protection 0/,
      );
      assert.equal(await rehearsal.runner(stray.name), undefined);
      await rehearsal.proxmox("PUT", `nodes/pve-lab/qemu/${stray.vmId}/config?protection=0`);
      const rest = await rehearsal.run(["ghrunners", "prune", "--apply"]);
      assert.equal(rest.code, 0, rest.all);
      assert.deepEqual(found(await seen()), []);
      assert.equal(await onPrimary(`ls -d ${home}/bin.2.30[0-9].0`).then((text) => text.trim()), `${home}/bin.2.302.0`);
      assert.deepEqual((await rehearsal.status()).problems, []);
    });
  });
});
