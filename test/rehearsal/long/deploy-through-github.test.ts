import assert from "node:assert/strict";
import { SWITCH_UNIT } from "@ghrunners/core/vocabulary/failover";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { until } from "@ghrunners/core/until";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
import {
  choice,
  chosen,
  deploy,
  DEPLOYMENT_MS,
  incidents,
  issuesOf,
  recordOf,
  wholeVersion,
  why,
} from "../support/github-deployments";
import { holdJobs } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal } from "@ghrunners/lab/driver/rehearsal";

describe("deployments through GitHub, on the runners", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
    await rehearsal.labCommand("demo-app");
  });

  const theSwitch = (verb: "start" | "stop"): Promise<string> =>
    rehearsal.inMachine(standingHosts.monitoring.id, "systemctl", verb, SWITCH_UNIT);

  /** What the fleet exporter shows Prometheus. */
  const fleet = async (): Promise<Map<string, number>> => {
    const metrics = `http://127.0.0.1:${ports.fleetExporter}/metrics`;
    return seriesOf(await rehearsal.inMachine(standingHosts.monitoring.id, "curl", "-sf", "--max-time", "5", metrics));
  };
  const fleetShows = (series: string, wanted: number): Promise<boolean> =>
    until(`the fleet exporter shows ${wanted} as ${series}`, DEPLOYMENT_MS, async () => {
      const seen = (await fleet()).get(series);
      if (seen === wanted) return true;
      throw new Error(`it shows ${seen}`);
    });
  /** Waits for a poll that began after everything that GitHub knows now: the second one that ends from now on. */
  async function polled(): Promise<void> {
    const series = 'github_poll_timestamp_seconds{endpoint="jobs"}';
    for (let after = Date.now() / 1000, times = 0; times < 2; times += 1)
      after = await until("the fleet exporter polls GitHub for jobs", DEPLOYMENT_MS, async () => {
        const at = (await fleet()).get(series) ?? 0;
        return at > after ? at : undefined;
      });
  }
  const succeeded = `github_deployment_jobs_total{runner="${primary.name}",role="primary",conclusion="success"}`;

  it("refuses with reason and runbook while DEPLOY_RUNNER is not renewed", async () => {
    await theSwitch("stop");
    try {
      await rehearsal.octokit.rest.actions.deleteRepoVariable(choice(rehearsal)).catch(() => undefined);
      const { code, result, all } = await deploy("3-half-broken").end();
      assert.deepEqual([code, result.gate?.go, result.records], [1, false, null], all);
      assert.match(JSON.stringify(result.gate), /DEPLOY_RUNNER is not set.*runbooks\/monitoring-blind\.md/);
      const told = await why();
      assert.deepEqual([told.code, told.result.cause.kind], [1, "choice_expired"], told.all);
      assert.match(told.result.next ?? "", /^ghrunners gate; .*monitoring-blind\.md#failoverswitchstale/);
    } finally {
      await theSwitch("start");
    }
  });

  it("names the repair when the target rejects the job's key; after it the next deployment succeeds", async () => {
    await chosen(rehearsal, "primary");
    const started = deploy("3-half-broken");
    await started.says("run https://", DEPLOYMENT_MS);
    const forget = `sed -i '/ ghrunners-deploy:${rehearsal.session.stack}:/d' ~operator-lab/.ssh/authorized_keys`;
    await rehearsal.inMachine(standingHosts.app.id, "sh", "-c", forget);
    const ended = await started.end();
    assert.deepEqual([ended.code, ended.result.records], [1, null], ended.all);
    assert.match(ended.result.words.join("\n"), /refuses the login of .* Next: ghrunners rotate DEPLOY_KEY --apply/);
    const told = await why(ended.result.run?.url ?? "");
    assert.deepEqual([told.code, told.result.cause.kind], [1, "failed_on_runner"], told.all);
    assert.match(told.result.cause.words, /failed on lab-runner in the step "Deploy": .*refuses the login of/);
    assert.match(await rehearsal.labCommand("demo-app"), /Making the deploy key/);
    const next = await deploy("1").end();
    assert.equal(next.code, 0, next.all);
  });

  it("deploys on the runner that the gate chose, and keeps the decision beside the record", async () => {
    await chosen(rehearsal, "primary");
    // Version 1 first, also where an earlier run left another one.
    assert.equal((await deploy("1").end()).code, 0);
    const ended = await deploy("2").end();
    assert.equal(ended.code, 0, ended.all);
    const { outcome, owner, run } = recordOf(ended);
    assert.deepEqual([outcome, run], ["succeeded", ended.result.run?.url]);
    assert.ok(owner.endsWith(`@${primary.name}`), owner);
    const gate = ended.result.records?.gate as GateDecision | undefined;
    assert.deepEqual([gate?.schema, gate?.runner], ["ghrunners.gate-decision/1", primary.name]);
    assert.equal(await wholeVersion(rehearsal), "2");
    const again = await deploy("2").end();
    // No approval was requested: no run was started.
    assert.deepEqual([again.code, again.result.records, again.result.run], [0, null, null]);
    assert.match(again.result.words.join(), /installed and healthy: nothing to do/);
  });

  it("counts one deployment as one job that succeeded, and no more at the next poll", async () => {
    await chosen(rehearsal, "primary");
    await polled();
    const before = (await fleet()).get(succeeded) ?? NaN;
    const ended = await deploy("1").end();
    assert.equal(ended.code, 0, ended.all);
    await fleetShows(succeeded, before + 1);
    await polled();
    assert.equal((await fleet()).get(succeeded), before + 1);
  });

  it("refuses a version that the repository does not have before a reviewer is asked", async () => {
    const refused = rehearsal.labCommand("exec", "--", "ghrunners", "deploy", "--version", "99");
    await assert.rejects(refused, ({ message }: Error) => {
      assert.match(message, /There is no version 99: release\/SHA256SUMS .* has 1, 2, .*Nothing was started/);
      assert.doesNotMatch(message, /run https:/);
      return true;
    });
  });

  it("waits for the reviewer, and says so when it is asked why", async () => {
    await chosen(rehearsal, "primary");
    await rehearsal.labCommand("reviewer", "off");
    const started = deploy("3-half-broken");
    try {
      await started.says("waiting for the approval of", DEPLOYMENT_MS);
      const { code, result, all } = await why();
      assert.deepEqual([code, result.cause.kind, result.further], [0, "approval", []], all);
      assert.match(result.next ?? "", /approves or rejects it: https:/);
      assert.match(result.runners[0]?.lastWord ?? "", /Listening for Jobs|completed with result/);
      started.interrupt();
      await started.end();
    } finally {
      await started.kill();
      await rehearsal.labCommand("reviewer", "on");
    }
    const { code, result, all } = await why();
    assert.deepEqual([code, result.cause.kind], [1, "cancelled"], all);
  });

  it("goes back from a half-broken version, and opens one issue without a secret", async () => {
    await chosen(rehearsal, "primary");
    const ended = await deploy("3-half-broken").end();
    assert.equal(ended.code, 1);
    const { id, outcome, run } = recordOf(ended);
    assert.equal(outcome, "rolled_back");
    assert.equal(await wholeVersion(rehearsal), "1");
    const [issue, ...more] = await issuesOf(rehearsal, id);
    assert.deepEqual(more, []);
    for (const part of ["data API", run ?? "no run", "deployment-failed.md", `forensics/${id}`])
      assert.ok(issue?.body.includes(part), `${part} in ${issue?.body}`);
    const { secrets } = rehearsal.lab;
    const key = secrets.sshPrivateKey.split("\n")[1] ?? "";
    for (const secret of [secrets.githubToken, secrets.exporterToken, key]) assert.ok(!issue?.body.includes(secret));
    // All incidents have their issue: sending again changes nothing.
    assert.equal((await incidents("--send")).code, 0);
    assert.equal((await issuesOf(rehearsal, id)).length, 1);
  });

  it("runs one deployment after the other", async () => {
    await chosen(rehearsal, "primary");
    const release = await holdJobs(rehearsal, primary);
    const first = deploy("3-half-broken");
    let second;
    try {
      await first.says("on runner", DEPLOYMENT_MS);
      second = deploy("2");
      await second.says("waiting for the deployment before it", DEPLOYMENT_MS);
      await fleetShows("github_deployment_queue_depth", 1);
    } finally {
      await release();
    }
    const told = await why();
    const [group] = told.result.github.groups;
    assert.deepEqual([told.code, told.result.cause.kind, group?.group], [0, "concurrency", "deploy-lab"], told.all);
    assert.equal(told.result.next, `ghrunners why ${group?.holder?.run}`);
    const [one, two] = [await first.end(), await second.end()];
    assert.deepEqual([recordOf(one).outcome, recordOf(two).outcome], ["rolled_back", "succeeded"], two.all);
    assert.ok(Date.parse(recordOf(one).endedAt) <= Date.parse(recordOf(two).startedAt));
    assert.equal(await wholeVersion(rehearsal), "2");
    await fleetShows("github_deployment_queue_depth", 0);
  });
});
