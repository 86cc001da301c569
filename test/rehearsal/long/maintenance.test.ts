import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { runOnHost } from "@ghrunners/lab/hosts/index";
import { MAINTENANCE_VARIABLE, maintenances } from "@ghrunners/failover/choice/maintenance";
import type { DriftReport } from "@ghrunners/cli/drift/report";
import type { MaintenanceReport } from "@ghrunners/cli/maintenance/report";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Finished } from "@ghrunners/core/process";
import { inside } from "@ghrunners/lab/pulumi/session";
import { until } from "@ghrunners/core/until";
import { holdJobs, smokeJob, startJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { PAUSE_VARIABLE } from "@ghrunners/failover/choice/pause";
import { undoneAfter } from "../../support/undone-after";

const LIMIT_MS = 90_000;
const start = ["maintenance", "start", "primary", "--for", "2h", "--reason", "a new disk"];

describe("a runner in maintenance", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  /** The command as a person types it inside the lab. */
  const ghrunners = (...args: string[]): Promise<Finished> => rehearsal.run(["ghrunners", ...args]);
  async function report(): Promise<MaintenanceReport["runners"][number]> {
    const { stdout, all } = await ghrunners("maintenance", "--json");
    assert.notEqual(stdout, "", all);
    const found = (JSON.parse(stdout) as MaintenanceReport).runners.find(({ name }) => name === primary.name);
    assert.ok(found);
    return found;
  }
  const variables = () => rehearsal.octokit.rest.actions;
  const variable = (name: string): Promise<string | null> =>
    variables()
      .getRepoVariable({ ...rehearsal.repository, name })
      .then(
        ({ data }) => data.value,
        () => null,
      );
  const setVariable = async (name: string, value: string): Promise<void> => {
    const where = { ...rehearsal.repository, name, value };
    if ((await variable(name)) === null) await variables().createRepoVariable(where);
    else await variables().updateRepoVariable(where);
  };
  const choice = (runner: string): string =>
    JSON.stringify({
      labels: ["self-hosted", "lab"],
      runner,
      reason: "by the test",
      decidedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + LIMIT_MS * 10).toISOString(),
    });
  /** Whether the failover switch keeps DEPLOY_RUNNER here; else the test plays its part. */
  let hasSwitch: boolean;

  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(() => ghrunners("maintenance", "end", "--all"));
    await ghrunners("maintenance", "end", "--all");
    hasSwitch = (await variable("DEPLOY_RUNNER")) !== null;
    undo(async () => {
      if (!hasSwitch && (await variable("DEPLOY_RUNNER")) !== null)
        await variables().deleteRepoVariable({ ...rehearsal.repository, name: "DEPLOY_RUNNER" });
    });
  });

  it("is only looked at by a dry run, and refused while the other one is off", async () => {
    const dry = await ghrunners(...start, "--dry-run");
    assert.equal(dry.code, 0, dry.all);
    assert.match(dry.stdout, /1\. write the entry of lab-runner until .*\n2\. silence[\s\S]*Nothing was changed\./);
    assert.equal(await variable(MAINTENANCE_VARIABLE), null);
    await rehearsal.inMachine(secondary.vmId, "systemctl", "stop", "actions.runner.*");
    try {
      const refused = await ghrunners(...start);
      assert.equal(refused.code, 1, refused.all);
      assert.match(refused.stderr, /lab-runner-secondary: .*the unit .* is inactive, expected active/);
      assert.equal(await variable(MAINTENANCE_VARIABLE), null);
    } finally {
      const [unit = ""] = (
        await rehearsal.inMachine(
          secondary.vmId,
          "sh",
          "-c",
          "cd /etc/systemd/system && ls -d actions.runner.*.service",
        )
      ).split("\n");
      await rehearsal.inMachine(secondary.vmId, "systemctl", "start", unit);
      await rehearsal.online(secondary.name);
    }
  });

  it("waits for the switch and the running job, and is carried on after a kill -9 by the same command", async () => {
    if (!hasSwitch) await setVariable("DEPLOY_RUNNER", choice(primary.name));
    const release = await holdJobs(rehearsal, primary);
    try {
      await startJob(rehearsal, smokeJob("primary", "maintenance"));
      await until("the primary is busy", LIMIT_MS, async () => (await rehearsal.runner(primary.name))?.busy);
      const [program = "", ...line] = inside(rehearsal.session, ["ghrunners", ...start]);
      const child = spawn(program, line, {
        cwd: projectRoot,
        env: rehearsal.session.env,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const gone = new Promise((resolve) => child.once("close", resolve));
      try {
        if (!hasSwitch) {
          await until("it waits for the switch", LIMIT_MS, () => said.includes("deployments still go to lab-runner"));
          await setVariable("DEPLOY_RUNNER", choice(secondary.name));
        }
        await until("it waits for the job", LIMIT_MS, () => said.includes("lab-runner still runs a job"));
      } finally {
        process.kill(-(child.pid as number), "SIGKILL");
        await gone;
      }
      assert.equal((await report()).maintenance?.reason, "a new disk");
    } finally {
      await release();
    }
    const { until: end } = (await report()).maintenance ?? {};
    const again = await ghrunners(...start);
    assert.equal(again.code, 0, again.all);
    assert.match(again.stdout, /lab-runner is idle and in maintenance until/);
    assert.equal((await report()).maintenance?.until, end, "the same end");
  });

  it("is quiet, but never about both runners; the status shows it, and drift does not", async () => {
    const { maintenance, silencedUntil } = await report();
    assert.equal(Date.parse(silencedUntil ?? ""), Date.parse(maintenance?.until ?? ""));
    const api = "http://127.0.0.1:9093/api/v2/alerts";
    const labels = { environment: "lab", severity: "critical" };
    const endsAt = new Date(Date.now() + 30_000).toISOString();
    const sent = [
      {
        endsAt,
        labels: { ...labels, alertname: "RunnerOffline", component: "runner", role: "primary", runner: primary.name },
      },
      { endsAt, labels: { ...labels, alertname: "BothRunnersOffline", component: "runner", role: "all" } },
    ];
    const curl = async (words: string): Promise<string> => {
      const { code, output } = await runOnHost(
        rehearsal.lab.instance,
        "monitoring",
        `curl --fail --silent ${words} ${api}`,
      );
      assert.equal(code, 0, output);
      return output;
    };
    await curl(`--header 'content-type: application/json' --data '${JSON.stringify(sent)}'`);
    interface Known {
      labels: { alertname: string };
      status: { silencedBy: string[] };
    }
    const silenced = async (name: string): Promise<boolean | undefined> =>
      (JSON.parse(await curl("")) as Known[])
        .filter((alert) => alert.labels.alertname === name)
        .map(({ status }) => status.silencedBy.length > 0)[0];
    await until("Alertmanager knows both", LIMIT_MS, async () => (await silenced("BothRunnersOffline")) !== undefined);
    assert.equal(await silenced("RunnerOffline"), true);
    assert.equal(await silenced("BothRunnersOffline"), false);

    const status = await rehearsal.status();
    assert.deepEqual(
      status.maintenance.map(({ name, reason }) => [name, reason]),
      [[primary.name, "a new disk"]],
    );
    const { stdout, all } = await ghrunners("drift", "--json");
    assert.notEqual(stdout, "", all);
    const findings = JSON.stringify((JSON.parse(stdout) as DriftReport).findings);
    assert.ok(!findings.includes(MAINTENANCE_VARIABLE), findings);
  });

  it("refuses maintenance of the other runner meanwhile, and ends on command", async () => {
    const refused = await ghrunners("maintenance", "start", "secondary", "--for", "1h", "--reason", "me too");
    assert.equal(refused.code, 1, refused.all);
    assert.match(refused.stderr, /no other runner is healthy \(lab-runner: in maintenance until/);
    const ended = await ghrunners("maintenance", "end", "primary");
    assert.equal(ended.code, 0, ended.all);
    const { maintenance, silencedUntil } = await report();
    assert.deepEqual([maintenance, silencedUntil], [null, null]);
    assert.equal(await variable(MAINTENANCE_VARIABLE), null, "nothing is left of it");
    assert.equal((await ghrunners("maintenance", "end", "primary")).code, 0, "the second time there is nothing to do");
  });

  it("ends by itself: an expired entry has no effect, and the next command removes it", async () => {
    const past = { name: primary.name, until: new Date(Date.now() - 1000).toISOString(), reason: "old", by: "test" };
    await setVariable(MAINTENANCE_VARIABLE, maintenances.text([past]));
    assert.equal((await report()).maintenance, null);
    assert.deepEqual((await rehearsal.status()).maintenance, []);
    assert.equal((await ghrunners("maintenance", "end", "secondary")).code, 0);
    assert.equal(await variable(MAINTENANCE_VARIABLE), null);
    await setVariable(MAINTENANCE_VARIABLE, "what is this");
    const unreadable = await ghrunners("maintenance", "end", "primary");
    assert.equal(unreadable.code, 1);
    assert.match(unreadable.stderr + unreadable.stdout, /RUNNER_MAINTENANCE is no JSON.*maintenance end --all/);
    assert.equal((await ghrunners("maintenance", "end", "--all")).code, 0);
    assert.equal(await variable(MAINTENANCE_VARIABLE), null);
  });
});

describe("deployments that are paused", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  const ghrunners = (...args: string[]): Promise<Finished> => rehearsal.run(["ghrunners", ...args]);
  const paused = ["pause", "--note", "database migration", "--for", "2h"];

  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(() => ghrunners("resume"));
    await ghrunners("resume");
  });

  const variable = (): Promise<string | null> =>
    rehearsal.octokit.rest.actions.getRepoVariable({ ...rehearsal.repository, name: PAUSE_VARIABLE }).then(
      ({ data }) => data.value,
      () => null,
    );

  it("are refused before anything is started, and shown by status and gate; drift knows the variable", async () => {
    const done = await ghrunners(...paused);
    assert.equal(done.code, 0, done.all);
    assert.match(done.stdout, /^Deployments to lab are paused until \S+: database migration\n/);
    const status = await rehearsal.status();
    assert.equal(status.pause?.note, "database migration");
    assert.ok(!status.problems.join().includes("paused"), status.problems.join("\n"));
    for (const how of [[], ["--direct", "--plan", "lab/demo-app/deployment.yaml"]]) {
      const refused = await ghrunners("deploy", "--version", "1", ...how);
      assert.equal(refused.code, 1, refused.all);
      assert.match(refused.stderr, /Nothing was started\. Deployments to lab are paused until .*ghrunners resume/);
    }
    const gate = await ghrunners("gate");
    assert.equal(gate.code, 1, gate.all);
    if (!gate.stderr.includes("runs no failover switch"))
      assert.match(gate.stdout, /paused until .*: database migration/);
    const { stdout } = await ghrunners("drift", "--json");
    const findings = JSON.stringify((JSON.parse(stdout) as DriftReport).findings);
    assert.ok(!findings.includes(PAUSE_VARIABLE), findings);
  });

  it("keep the later end, and end on command; the second time there is nothing to do", async () => {
    const shorter = await ghrunners("pause", "--note", "short", "--for", "1m");
    assert.equal(shorter.code, 1, shorter.all);
    assert.match(
      shorter.stderr,
      /already paused for longer, until .*: database migration \(by .*Next: ghrunners resume/,
    );
    const ended = await ghrunners("resume");
    assert.equal(ended.code, 0, ended.all);
    assert.match(ended.stdout, /Ended: the pause until .*: database migration/);
    assert.equal(await variable(), null, "nothing is left of it");
    assert.match((await ghrunners("resume")).stdout, /were not paused/);
    assert.equal((await rehearsal.status()).pause, null);
  });

  it("are refused by a text that cannot be read, until it is removed", async () => {
    const where = { ...rehearsal.repository, name: PAUSE_VARIABLE };
    await rehearsal.octokit.rest.actions.createRepoVariable({ ...where, value: "what is this" });
    const refused = await ghrunners(...paused);
    assert.equal(refused.code, 1, refused.all);
    assert.match(
      refused.stderr,
      /DEPLOY_PAUSED is no JSON\. Expected schema ghrunners\.pauses\/1\. Next: ghrunners resume/,
    );
    assert.match((await rehearsal.status()).problems.join("\n"), /unknown whether deployments are paused/);
    assert.equal((await ghrunners("resume")).code, 0);
    assert.equal(await variable(), null);
  });
});
