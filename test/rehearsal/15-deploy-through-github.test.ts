import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { CHOICE_VARIABLE, SWITCH_UNIT } from "../../catalogue/failover";
import type { GateDecision } from "../../deploy/choice/choose";
import type { DeploymentRecord } from "../../deploy/records/record";
import type { Followed } from "../../deploy/github/follow";
import { standingHosts } from "../../lab/hosts";
import type { TargetIncidents } from "../../ops/incidents/worker";
import { projectRoot } from "../../ops/pulumi/stack";
import { until } from "../support/until";
import { primary, Rehearsal, secondary } from "./support/rehearsal";

const LIMIT_MS = 240_000;
const ISSUE_LABEL = "deployment-incident";

interface Ended<Value> {
  readonly code: number;
  readonly all: string;
  readonly result: Value;
}

/** A command that runs, and what it has said so far. */
class Started<Value> {
  private said = "";
  private out = "";
  private readonly closed: Promise<number>;
  readonly child: ChildProcess;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ["scripts/run.mjs", ...args], {
      cwd: projectRoot,
      env: { ...process.env, STACK: "lab" },
      // A group of its own, as a terminal gives it one: a signal reaches all of it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.said += chunk.toString()));
    this.closed = new Promise((resolve) => this.child.once("close", (code) => resolve(code ?? 1)));
  }

  async says(text: string): Promise<void> {
    await until(`the command says "${text}"`, LIMIT_MS, () => {
      if (this.said.includes(text)) return true;
      assert.equal(this.child.exitCode, null, this.said + this.out);
      return false;
    });
  }

  interrupt(): void {
    process.kill(-(this.child.pid as number), "SIGINT");
  }

  async end(): Promise<Ended<Value>> {
    const code = await this.closed;
    const all = this.said + this.out;
    assert.notEqual(this.out, "", all);
    return { code, all, result: JSON.parse(this.out) as Value };
  }
}

describe("deployments through GitHub, on the runners", function () {
  this.timeout(2 * LIMIT_MS);
  let rehearsal: Rehearsal;

  const deploy = (version: string, ...more: string[]): Started<Followed> =>
    new Started(["deploy", "--version", version, "--json", ...more]);
  const incidents = (...more: string[]): Promise<Ended<TargetIncidents[]>> =>
    new Started<TargetIncidents[]>(["ops", "incidents", "--json", ...more]).end();
  const issues = async (): Promise<{ title: string; body: string }[]> => {
    const { data } = await rehearsal.octokit.rest.issues.listForRepo({
      ...rehearsal.repository,
      labels: ISSUE_LABEL,
      state: "all",
      per_page: 100,
    });
    return data.map(({ title, body }) => ({ title, body: body ?? "" }));
  };
  const issuesOf = async (id: string): Promise<{ title: string; body: string }[]> =>
    (await issues()).filter(({ body }) => body.includes(id));

  const record = ({ result, all }: Ended<Followed>): DeploymentRecord => {
    assert.ok(result.records, all);
    return result.records.deployment;
  };
  /** Version that runs, with nothing left of a transaction. */
  const whole = async (): Promise<string> => {
    const look = "readlink /opt/demo-app/current; ls /var/lib/ghrunners/deploy";
    const [link = "", ...left] = (await rehearsal.inMachine(standingHosts.app.id, "sh", "-c", look)).split("\n");
    assert.deepEqual(left, ["journal.json"]);
    const info = await rehearsal.inMachine(standingHosts.app.id, "curl", "-s", "localhost/api/info");
    const { version } = JSON.parse(info) as { version: string };
    assert.equal(link, `releases/${version}`);
    return version;
  };

  /** Waits until the failover switch has chosen this runner, by itself. */
  const chosen = (role: "primary" | "secondary"): Promise<boolean> =>
    until(`the failover switch chooses the ${role}`, LIMIT_MS, async () => {
      const { data } = await rehearsal.octokit.rest.actions.getRepoVariable(variable());
      const { runner, expiresAt } = JSON.parse(data.value) as { runner: string | null; expiresAt: string };
      return runner === role && Date.parse(expiresAt) > Date.now();
    });
  const variable = () => ({ ...rehearsal.repository, name: CHOICE_VARIABLE });
  const theSwitch = (verb: "start" | "stop"): Promise<string> =>
    rehearsal.inMachine(standingHosts.monitoring.id, "systemctl", verb, SWITCH_UNIT);

  before(async () => {
    rehearsal = await Rehearsal.ready();
  });
  afterEach(() => rehearsal.labCommand("fault", "clear"));

  it("refuses with reason and runbook while nobody keeps DEPLOY_RUNNER", async () => {
    await theSwitch("stop");
    try {
      await rehearsal.octokit.rest.actions.deleteRepoVariable(variable()).catch(() => undefined);
      const { code, result, all } = await deploy("1").end();
      assert.deepEqual([code, result.gate?.go, result.records], [1, false, null], all);
      assert.match(JSON.stringify(result.gate), /DEPLOY_RUNNER is not set.*runbooks\/monitoring-blind\.md/);
    } finally {
      await theSwitch("start");
    }
  });

  it("deploys on the runner that the gate chose, and keeps the decision beside the record", async () => {
    await chosen("primary");
    // Version 1 first, also where an earlier run left another one.
    assert.equal((await deploy("1").end()).code, 0);
    const ended = await deploy("2").end();
    assert.equal(ended.code, 0, ended.all);
    const { outcome, owner, run } = record(ended);
    assert.deepEqual([outcome, run], ["succeeded", ended.result.run?.url]);
    assert.ok(owner.endsWith(`@${primary.name}`), owner);
    const gate = ended.result.records?.gate as GateDecision | undefined;
    assert.deepEqual([gate?.schema, gate?.runner], ["ghrunners.gate-decision/1", primary.name]);
    assert.equal(await whole(), "2");
    const again = await deploy("2").end();
    assert.deepEqual([again.code, again.result.records], [0, null]);
    assert.match(again.result.words.join(), /installed and healthy: nothing to do/);
  });

  it("goes back from a half-broken version, and opens one issue without a secret", async () => {
    await chosen("primary");
    const ended = await deploy("3-half-broken").end();
    assert.equal(ended.code, 1);
    const { id, outcome, run } = record(ended);
    assert.equal(outcome, "rolled_back");
    assert.equal(await whole(), "2");
    const [issue, ...more] = await issuesOf(id);
    assert.deepEqual(more, []);
    for (const part of ["data API", run ?? "no run", "deployment-failed.md", `forensics/${id}`])
      assert.ok(issue?.body.includes(part), `${part} in ${issue?.body}`);
    const { secrets } = rehearsal.lab;
    const key = secrets.sshPrivateKey.split("\n")[1] ?? "";
    for (const secret of [secrets.githubToken, secrets.exporterToken, key]) assert.ok(!issue?.body.includes(secret));
    // Everybody was told: sending again changes nothing.
    assert.equal((await incidents("--send")).code, 0);
    assert.equal((await issuesOf(id)).length, 1);
  });

  it("keeps the incident while GitHub is down at the end, and sends it once later", async () => {
    await chosen("primary");
    const started = deploy("3-half-broken");
    await started.says('step "start": ok');
    await rehearsal.labCommand("fault", "github-down");
    await started.says("GitHub does not answer");
    const back = await until("the target is whole again and has its incident", LIMIT_MS, async () => {
      const { result, code } = await incidents();
      const unsent = result.flatMap((each) => each.incidents).filter(({ issue }) => issue === null);
      return unsent.length === 1 ? { code, id: unsent[0]?.incident.deployment ?? "" } : undefined;
    });
    assert.equal(back.code, 1);
    const metric = "grep ^deployment_incidents_unsent /var/lib/prometheus/node-exporter/ghrunners_deploy.prom";
    assert.equal(await rehearsal.inMachine(standingHosts.app.id, "sh", "-c", metric), "deployment_incidents_unsent 1");
    await rehearsal.labCommand("fault", "clear");
    const ended = await started.end();
    assert.deepEqual([ended.code, record(ended).outcome], [1, "rolled_back"], ended.all);
    // The job may have reported it by itself when GitHub was back; either way it is once.
    await Promise.all([incidents("--send"), incidents("--send")]);
    assert.equal((await incidents()).code, 0);
    assert.equal((await issuesOf(back.id)).length, 1);
    assert.equal(await whole(), "2");
  });

  it("goes back when it is cancelled in the middle by Ctrl-C", async () => {
    await chosen("primary");
    const started = deploy("3-slow");
    await started.says('step "start": ok');
    started.interrupt();
    const ended = await started.end();
    assert.equal(ended.code, 1, ended.all);
    assert.deepEqual([record(ended).outcome, ended.result.run?.conclusion], ["rolled_back", "cancelled"], ended.all);
    assert.equal(await whole(), "2");
  });

  it("takes one deployment after the other", async () => {
    await chosen("primary");
    const first = deploy("3-half-broken");
    await first.says("on runner");
    const second = deploy("1");
    await second.says("waiting for the deployment before it");
    const [one, two] = [await first.end(), await second.end()];
    assert.deepEqual([record(one).outcome, record(two).outcome], ["rolled_back", "succeeded"], two.all);
    assert.ok(Date.parse(record(one).endedAt) <= Date.parse(record(two).startedAt));
    assert.equal(await whole(), "1");
  });

  it("power cut of the runner in the middle: the target goes back by itself, the other runner deploys", async () => {
    await chosen("primary");
    const started = deploy("3-slow");
    await started.says('step "start": ok');
    await rehearsal.labCommand("fault", "stop", "primary");
    const ended = await started.end();
    assert.deepEqual([ended.code, ended.result.lost], [1, primary.name], ended.all);
    assert.match(ended.all, /the deployer is silent: its lease has expired, app goes back by itself/);
    const { id, outcome, failure } = record(ended);
    assert.deepEqual([outcome, failure?.code], ["rolled_back", "lease_expired"]);
    assert.equal(await whole(), "1");
    // Nobody was there to report: the next deployment of the target does.
    assert.deepEqual(await issuesOf(id), []);
    await chosen("secondary");
    const next = await deploy("2").end();
    assert.deepEqual([next.code, record(next).outcome], [0, "succeeded"], next.all);
    assert.ok(record(next).owner.endsWith(`@${secondary.name}`));
    assert.equal(await whole(), "2");
    assert.equal((await issuesOf(id)).length, 1);
  });
});
