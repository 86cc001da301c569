import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findIssue, openIssue } from "@ghrunners/core/github/issues";
import { GitHubClient } from "@ghrunners/core/github/client";
import { CLAIM_MS } from "@ghrunners/deploy/target/outbox";
import type { RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { incidentsOf, sendIncidents, type Tracker } from "@ghrunners/deploy/incidents/send";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import { outboxHere } from "../support/agent-here";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";

const runbooks = "https://github.example/runbooks";

describe("sending incidents to GitHub", function () {
  this.timeout(60_000);
  let emulator: TestEmulator;
  let tracker: Tracker;
  let target: LocalTarget;
  let id: string;

  before(async () => (emulator = await TestEmulator.start()));
  after(() => emulator.stop());
  beforeEach(async () => {
    const where = { url: emulator.url, fullName: `${owner}/${repo}` };
    const options = { fetch: emulator.fetch as typeof fetch, retries: false };
    const client = new GitHubClient(where, "operator-token", options);
    tracker = {
      find: (label, marker) => findIssue(client, label, marker),
      open: (issue) => openIssue(client, issue),
    };
    target = new LocalTarget();
    const agent = target.agent(undefined, new InProcessExecutor());
    await target.deploy(target.request("1"), agent);
    id = (await target.deploy(target.request("2", { unhealthy: true }), agent)).deployment.id;
    emulator.services.store.change((state) => (state.issues = []));
  });
  afterEach(async () => {
    target.remove();
    await emulator.admin("DELETE", "faults");
  });

  const send = () => sendIncidents(outboxHere(target), tracker, runbooks);
  const titles = (): string[] => emulator.services.store.state.issues.map(({ title }) => title);
  const unsentMetric = (): string =>
    /^deployment_incidents_unsent (\d+)$/m.exec(readFileSync(target.folders.metrics, "utf8"))?.[1] ?? "absent";

  it("opens one issue, and none when it is asked again", async () => {
    assert.equal(unsentMetric(), "1");
    const { sent, unsent } = await send();
    assert.deepEqual([sent.map(({ deployment }) => deployment), unsent], [[id], []]);
    assert.deepEqual(await send(), { sent: [], unsent: [] });
    assert.equal(titles().length, 1);
    assert.match(titles()[0] ?? "", /demo 2 was rolled back on target \(health_check\)/);
    assert.deepEqual(
      (await incidentsOf(outboxHere(target))).map(({ issue }) => issue?.number),
      [sent[0]?.issue.number],
    );
    assert.equal(unsentMetric(), "0");
  });

  it("opens one issue when several senders come at once", async () => {
    const results = await Promise.all([send(), send(), send()]);
    assert.equal(titles().length, 1);
    assert.equal(results.flatMap(({ sent }) => sent).length, 1);
    for (const { reason } of results.flatMap(({ unsent }) => unsent))
      assert.match(reason, /another sender is sending it/);
  });

  it("opens one issue when GitHub did it and answered 500", async () => {
    await emulator.admin("PUT", "faults/http-500-after-commit", { match: "POST /api/v3/repos", count: 1 });
    assert.equal((await send()).sent.length, 1);
    assert.equal(titles().length, 1);
  });

  it("keeps the incident while GitHub is down, and sends it later", async () => {
    await emulator.admin("PUT", "faults/http-500", { match: "/issues", count: 100 });
    const { sent, unsent } = await send();
    assert.deepEqual([sent, unsent.map(({ deployment }) => deployment)], [[], [id]]);
    assert.deepEqual([titles(), unsentMetric()], [[], "1"]);
    await emulator.admin("DELETE", "faults");
    assert.equal((await send()).sent.length, 1);
    assert.deepEqual([titles().length, unsentMetric()], [1, "0"]);
  });

  it("finds the issue of a sender that died before it could say so, after its claim", async () => {
    const agent = outboxHere(target);
    // The sender is cut off as soon as the issue exists.
    const gone = new Promise<never>(() => undefined);
    const dying: RemoteAgent = {
      call: (args, ...rest) => (args[0] === "sent" || args[0] === "release" ? gone : agent.call(args, ...rest)),
    };
    void sendIncidents(dying, tracker, runbooks);
    await until("the issue stands", 10_000, () => titles().length === 1);
    const second = await send();
    assert.match(second.unsent[0]?.reason ?? "", /another sender is sending it/);
    target.clock.pass(CLAIM_MS / 1000);
    assert.equal((await send()).sent.length, 1);
    assert.equal(titles().length, 1);
  });

  it("gives up before its claim ends: another sender may be at it then", async () => {
    let time = 0;
    const slow: Tracker = { find: async () => void (time += 100_000), open: () => Promise.reject(new Error("opened")) };
    const { unsent } = await sendIncidents(outboxHere(target), slow, runbooks, () => time);
    assert.match(unsent[0]?.reason ?? "", /longer than the sender.s claim/);
  });
});
