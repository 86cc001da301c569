import assert from "node:assert/strict";
import { Octokit } from "@octokit/rest";
import { adminRequest } from "@ghrunners/lab/admin";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import { loopbackPorts } from "@ghrunners/lab/forwards";
import { socketOf } from "@ghrunners/lab/service";
import { botOf } from "@ghrunners/lab/github/app-tokens";
import { topology } from "@ghrunners/lab/topology";
import { judgeChoice } from "@ghrunners/deploy/gate/judge";
import { until } from "@ghrunners/core/until";
import { rehearsedSettings } from "@ghrunners/lab/driver/alert-rehearsal";
import { Failover } from "@ghrunners/lab/driver/failover";
import { FastMonitoring } from "@ghrunners/lab/driver/fast-monitoring";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { needsChromium, startChromium, violations } from "../support/chromium";
import { undoneAfter } from "../support/undone-after";
import { openLabConsole } from "./support/lab-console";

/** From a fault to the new choice: 30 s and the fleet exporter's interval of 15 s. */
const LIMIT_MS = 45_000;
/** The console reads the switch every 10 s, and its page reads the console every 2 s. */
const SEEN_MS = 15_000;
/** A machine boots, its listener connects, and both views show it. */
const RECOVERY_MS = 120_000;
/** Short, so that the test sees an end of both; the defaults are 60 s and 300 s. */
const settings = {
  "monitoring.failover.recoverySeconds": "5",
  "monitoring.failover.validSeconds": "30",
};

/**
 * Each fault of a primary moves deployments to the secondary in time, and back. Without a usable runner the gate
 * refuses.
 */
describe("failover", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  let failover: Failover;

  before(async () => {
    rehearsal = await Rehearsal.open();
    undo(async () => {
      await rehearsal.labCommand("fault", "clear");
      const run = await rehearsal.up({}, "--refresh");
      assert.equal(run.code, 0, run.output);
    });
    const run = await rehearsal.up(settings, "--refresh");
    assert.equal(run.code, 0, run.output);
    failover = new Failover(rehearsal);
    await failover.pushRelease();
  });

  /** Waits for the secondary. @param begun before the fault was set */
  async function movedSince(begun: number, fault: string): Promise<void> {
    await failover.chosen(secondary.name, LIMIT_MS);
    process.stdout.write(`      ${fault}: ${((Date.now() - begun) / 1000).toFixed(1)} s to the new choice\n`);
  }

  it("publishes the primary with reason and expiry; the next check changes nothing", async () => {
    const choice = await failover.chosen(primary.name, RECOVERY_MS);
    assert.deepEqual(choice.labels, ["self-hosted", "linux", "x64", "lab", "primary"]);
    assert.match(choice.reason, /^lab-runner deploys: primary lab-runner: healthy/);
    const { code, view } = await failover.gate();
    assert.equal(code, 0, JSON.stringify(view));
    assert.ok((view.ageSeconds ?? 99) < 30);
    const status = await rehearsal.status();
    assert.ok(status.monitoring?.targets.some(({ job }) => job === "ghrunners-switch"));
  });

  for (const fault of ["freeze", "cut-link", "hang-listener"]) {
    it(`moves to the secondary and back: ${fault}`, async () => {
      await failover.chosen(primary.name, RECOVERY_MS);
      const begun = Date.now();
      await rehearsal.withFault([fault, "primary"], () => movedSince(begun, fault));
      await failover.chosen(primary.name, RECOVERY_MS);
    });
  }

  it("moves to the secondary and back: a work folder that a job has closed", async () => {
    await failover.chosen(primary.name, RECOVERY_MS);
    const change = (mode: string) => rehearsal.inMachine(primary.vmId, "chmod", mode, "/opt/actions-runner/_work");
    const mode = (await rehearsal.inMachine(primary.vmId, "stat", "-c", "%a", "/opt/actions-runner/_work")).trim();
    const begun = Date.now();
    await change("0");
    try {
      await movedSince(begun, "work folder closed");
      const { problems } = await rehearsal.status();
      assert.match(problems.join("\n"), /lab-runner is unusable for deployments: .*_work.*Next: ghrunners doctor/);
    } finally {
      await change(mode);
    }
    await failover.chosen(primary.name, RECOVERY_MS);
  });

  it("is seen on the page of the lab's console, whose button makes and clears the fault: api-offline", async function () {
    await needsChromium(this);
    const [lab, browser] = await Promise.all([openLabConsole(), startChromium()]);
    let ended: number | null = null;
    try {
      const page = await browser.newPage();
      await page.goto(lab.url);
      const choice = page.locator("#next-deployment-choice");
      const says = (name: string, timeout: number) => choice.getByText(`${name} deploys next`).waitFor({ timeout });
      const button = (verb: string) =>
        page.getByRole("button", { name: `${verb} api-offline: the primary (${primary.name})` });
      await says(`${primary.name} (primary)`, RECOVERY_MS);
      const begun = Date.now();
      await button("Make").click();
      await button("Clear").waitFor({ timeout: 10_000 });
      await says(`${secondary.name} (secondary)`, LIMIT_MS + SEEN_MS);
      process.stdout.write(
        `      api-offline: ${((Date.now() - begun) / 1000).toFixed(1)} s to the new choice on the page\n`,
      );
      assert.deepEqual(await violations(page), []);
      await button("Clear").focus();
      await page.keyboard.press("Enter");
      await page.getByText("No fault is set.").waitFor({ timeout: 10_000 });
      await says(`${primary.name} (primary)`, RECOVERY_MS);
    } finally {
      await browser.close();
      ended = await lab.close();
      await rehearsal.labCommand("fault", "clear", "api-offline", "primary");
    }
    assert.equal(ended, 0);
    await failover.chosen(primary.name, RECOVERY_MS);
  });

  it("a power cut: the release that waits for the primary is started again, once, and gets the secondary", async () => {
    const { octokit, repository, lab } = rehearsal;
    const reviewer = new Octokit({
      auth: lab.secrets.reviewerToken,
      baseUrl: `https://127.0.0.1:${loopbackPorts(lab.instance).github}/api/v3`,
    });
    await failover.settled(RECOVERY_MS);
    // The release must wait until the primary is gone: the reviewer comes later.
    await rehearsal.labCommand("reviewer", "off");
    const run = await failover.release();
    const job = await until("the gate has chosen", RECOVERY_MS, () => failover.deployJob(run));
    assert.deepEqual([job.labels.includes("primary"), job.attempt], [true, 1]);
    const begun = Date.now();
    await rehearsal.withFault(["stop", "primary"], async () => {
      const { data: pending } = await octokit.rest.actions.getPendingDeploymentsForRun({ ...repository, run_id: run });
      await reviewer.rest.actions.reviewPendingDeploymentsForRun({
        ...repository,
        run_id: run,
        environment_ids: pending.flatMap(({ environment }) => environment.id ?? []),
        state: "approved",
        comment: "go",
      });
      await rehearsal.labCommand("reviewer", "on");
      await movedSince(begun, "stop");
      const again = await until("the release is started again for the secondary", LIMIT_MS, async () => {
        const now = await failover.deployJob(run);
        return now?.attempt === 2 ? now : undefined;
      });
      process.stdout.write(`      stop: ${((Date.now() - begun) / 1000).toFixed(1)} s to the release's second gate\n`);
      assert.ok(again.labels.includes("secondary"), again.labels.join());
      await octokit.rest.actions.cancelWorkflowRun({ ...repository, run_id: run });
      await until("the release is over", LIMIT_MS, async () => {
        const { data } = await octokit.rest.actions.getWorkflowRun({ ...repository, run_id: run });
        return data.status === "completed" && data.run_attempt === 2;
      });
    });
    await failover.chosen(primary.name, RECOVERY_MS);
    const { data } = await octokit.rest.actions.getWorkflowRun({ ...repository, run_id: run });
    assert.equal(data.run_attempt, 2);
    const used = (await adminRequest(socketOf(lab.instance, "github"), "GET", "/_lab/permissions"))
      .body as PermissionReport[];
    const login = botOf(topology.github.apps.failover.slug);
    const unused = used.find((report) => report.login === login)?.unused;
    // GitHub grants it to every App. The doctor, which another file may have run in this lab, does use it.
    const needless = unused?.filter((permission) => permission !== "metadata:read");
    assert.deepEqual(needless, []);
  });

  it("refuses with the runbook while both are down, and so does the gate of a release", async () => {
    await rehearsal.withFault(["hang-listener", "secondary"], () =>
      rehearsal.withFault(["hang-listener", "primary"], async () => {
        const choice = await failover.chosen(null, LIMIT_MS);
        assert.deepEqual(choice.labels, []);
        const { code, view } = await failover.gate();
        assert.equal(code, 1);
        assert.equal(view.next, "docs/runbooks/offline-restore.md#noauthorisedcapacity");
        const { octokit, repository } = rehearsal;
        const run = await failover.release();
        const { id } = await until("the gate has refused", RECOVERY_MS, async () => {
          const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...repository, run_id: run });
          return data.jobs.find(({ conclusion }) => conclusion === "failure");
        });
        assert.match(await rehearsal.jobLog(id), /The monitoring host offers no runner: No runner may deploy/);
        assert.equal(await failover.deployJob(run), undefined, "no job was offered to a runner");
      }),
    );
    await failover.chosen(primary.name, RECOVERY_MS);
  });

  it("is started again after a kill, and the choice does not change", async () => {
    await failover.settled(RECOVERY_MS);
    const unit = "ghrunners-failover-switch.service";
    const changes = "wc --lines </var/lib/ghrunners-failover-switch/decisions.jsonl";
    const before = await failover.onHost(changes);
    await failover.onHost(`systemctl kill --signal=KILL ${unit}`);
    const killed = Date.now();
    await until("it decides again", 60_000, async () => {
      const { view } = await failover.gate();
      return view.unit === "active" && Date.parse(view.decision?.decidedAt ?? "") > killed;
    });
    assert.equal(await failover.onHost(changes), before);
    await failover.chosen(primary.name, 1_000);
  });

  it("GitHub down: the choice expires, and the gate refuses it; it is fresh soon after", async () => {
    await failover.settled(RECOVERY_MS);
    const variable = (await failover.variable()) ?? "";
    const question = { variable, wanted: "auto", label: "lab" };
    assert.equal(judgeChoice({ ...question, now: new Date() }).go, true);
    await rehearsal.withFault(["github-down"], async () => {
      const view = await until("the choice has expired", 60_000, async () => {
        const seen = await failover.gate();
        return seen.view.problems.some((problem) => problem.includes("expired")) ? seen : undefined;
      });
      assert.equal(view.code, 1);
      const verdict = judgeChoice({ ...question, now: new Date(view.view.now) });
      assert.equal(verdict.go, false);
      assert.match(verdict.reason, /expired.*the failover switch is not running/);
    });
    await until("the choice is fresh", RECOVERY_MS, async () => (await failover.gate()).code === 0);
    await failover.chosen(primary.name, RECOVERY_MS);
  });

  it("on-call hears of a failover, and of its end", async () => {
    const monitoring = new FastMonitoring(rehearsal.lab.instance);
    await monitoring.start({ ...rehearsedSettings, failover: true });
    try {
      await monitoring.watching(6);
      const heard = (status: string, since: number): Promise<boolean> =>
        until(`on-call hears that FailoverActive is ${status}`, RECOVERY_MS, async () =>
          (await monitoring.told()).some(
            ({ name, status: seen, at, labels }) =>
              name === "FailoverActive" && seen === status && at > since && labels.reason === "primary_offline",
          ),
        );
      const begun = Date.now();
      await rehearsal.withFault(["api-offline", "primary"], () => heard("firing", begun));
      await heard("resolved", begun);
    } finally {
      await monitoring.stop();
    }
  });
});
