import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { WrongUse } from "@ghrunners/cli/command";
import { oneLine, readGitHub, readRun, Reads } from "@ghrunners/cli/why/read-github";
import { runnersMeant } from "@ghrunners/cli/why/observe-run";
import { parseRunner } from "@ghrunners/cli/why/read-runner";
import { targetFacts } from "@ghrunners/cli/why/read-target";
import { deploymentIn, runMeant } from "@ghrunners/cli/why/run-meant";
import { GitHubClient } from "@ghrunners/core/github/client";
import type { RemoteAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { job } from "./facts";

const home = "https://github.example/octo-org/demo-app";

describe("the run that a command names", () => {
  it("is given by number, or by the address of a run, an attempt or a job", () => {
    for (const given of [
      "17",
      `${home}/actions/runs/17`,
      `${home}/actions/runs/17/job/9?pr=1`,
      `${home}/actions/runs/17/attempts/2`,
    ])
      assert.equal(runMeant(given, home), 17, given);
    assert.equal(runMeant(`https://GitHub.example/Octo-Org/demo-app/actions/runs/17`, home), 17);
  });

  it("is of the stack's repository, and nothing else is taken for one", () => {
    assert.throws(
      () => runMeant("https://github.example/octo-org/other/actions/runs/17", home),
      (error: Error) =>
        error instanceof WrongUse && /belongs to .*other, and the stack's repository is/.test(error.message),
    );
    for (const given of ["", "latest", "-1", "17x", home, `${home}/issues/17`])
      assert.throws(() => runMeant(given, home), /is no run\. Expected its number or its address/, given);
  });

  it("has its deployment's id in its title, another one for each attempt", () => {
    const title = "Deploy 2 to production (20260101T115500Z-ab12)";
    assert.equal(deploymentIn({ title, attempt: 1 }), "20260101T115500Z-ab12");
    assert.equal(deploymentIn({ title, attempt: 3 }), "20260101T115500Z-ab12-3");
    assert.equal(deploymentIn({ title: "nightly", attempt: 1 }), null);
  });
});

describe("the runners that a run's jobs are about", () => {
  const settings = {
    environment: "production",
    agent: { version: undefined, extraLabels: ["gpu"], allowedEvents: [], allowedRefs: [] },
    runners: [{ role: "primary" as const, name: "one", vmId: 151, address: "192.0.2.51" }],
    deliveryRunner: {
      name: "delivery-1",
      vmId: 159,
      address: "192.0.2.59",
      previews: false,
      allowedRefs: [],
      pulumi: {},
      egress: [],
    },
  };
  const meant = (...changes: Parameters<typeof job>): string[] =>
    runnersMeant(
      settings,
      changes.map((change) => job(change)),
    ).map(({ name }) => name);

  it("are those that have a job, or every label that a waiting one asks for, also the delivery runner", () => {
    assert.deepEqual(meant({ labels: ["self-hosted", "production", "gpu"] }), ["one"]);
    assert.deepEqual(meant({ labels: ["self-hosted", "delivery"] }), ["delivery-1"]);
    assert.deepEqual(meant({ labels: ["self-hosted", "delivery", "gpu"] }), []);
    assert.deepEqual(meant({ labels: [], runner: "delivery-1", status: "in_progress" }), ["delivery-1"]);
  });
});

describe("what a runner's host shows", () => {
  it("is the unit, the job, and the listener's last line", () => {
    const lines = ["line\t√ Connected to GitHub", "line\t", "line\t2026-01-01 11:00:00Z: Running job: build"];
    assert.deepEqual(parseRunner(["unit\tactive", "worker\tyes", ...lines, ""].join("\n")), {
      ...{ unit: "active", job: "build", problem: null },
      lastWord: "2026-01-01 11:00:00Z: Running job: build",
    });
    const idle = parseRunner(["unit\tfailed", "worker\tno", ...lines, ""].join("\n"));
    assert.deepEqual([idle.unit, idle.job], ["failed", null]);
    assert.deepEqual([parseRunner("unit\tinactive\nworker\tno\n").lastWord], [null]);
  });

  it("has no control characters, which would draw on the operator's terminal", () => {
    assert.equal(oneLine("\u001b[31mred\u001b[0m\u0007 a\r\nb\u0000"), "red a b");
    assert.equal(oneLine("x".repeat(9_000)).length, 500);
  });
});

describe("what a target shows", () => {
  const record = (id: string, run: string, outcome: string) => ({
    deployment: { ...{ id, run, outcome, version: "2", previousVersion: "1" }, failure: null },
  });
  const open = { ...{ id: "3", version: "3", owner: "octocat", startedAt: "2026-01-01T09:00:00Z" }, ended: [] };
  const history = {
    records: [record("1", `${home}/actions/runs/7`, "rolled_back"), record("2", `${home}/actions/runs/8`, "succeeded")],
    open: { ...open, lease: "held", outcome: null, running: "health" },
  };
  /** As over SSH, where only an answer of one line is a value: `show` has many. */
  const agent: RemoteAgent = {
    call: async ([command]) =>
      command === "history" ? { code: 0, value: history } : { code: 1, value: { error: `no value of ${command}` } },
  };

  it("is the lock, the newest record, and the run's own by its id or its address", async () => {
    for (const wanted of [
      { id: "1", run: "" },
      { id: null, run: `${home}/actions/runs/7` },
    ]) {
      const { last, own, open: seen, problem } = await targetFacts(agent, "app", wanted);
      assert.deepEqual([last?.id, own?.id, own?.outcome, problem], ["2", "1", "rolled_back", null]);
      assert.deepEqual([seen?.owner, seen?.running], ["octocat", "health"]);
    }
    assert.equal((await targetFacts(agent, "app", { id: "9", run: "" })).own, null);
  });
});

/** GitHub of which some routes refuse. */
describe("GitHub's view of a run", () => {
  let server: http.Server;
  let answers: Record<string, unknown>;
  const asked: string[] = [];
  const raw = {
    ...{ id: 7, html_url: `${home}/actions/runs/7`, display_title: "Deploy 2", path: ".github/workflows/release.yml" },
    ...{ run_attempt: 1, status: "in_progress", conclusion: null, created_at: "2026-01-01T11:55:00Z" },
    referenced_workflows: [{ path: "octo-org/demo-app/.github/workflows/deploy.yml@refs/heads/main" }],
  };
  const rawJob = {
    ...{ id: 2, name: "Release / Deploy", html_url: null, status: "pending", conclusion: null, runner_name: null },
    ...{ labels: ["self-hosted"], created_at: "2026-01-01T11:55:00Z" },
  };

  beforeEach(async () => {
    asked.length = 0;
    server = http.createServer(({ url: path = "" }, response) => {
      const route = path.replace(/^\/api\/v3\/repos\/octo-org\/demo-app/, "").replace(/\?.*$/, "");
      asked.push(route);
      const body = answers[route];
      const code = typeof body === "number" ? body : body === undefined ? 404 : 200;
      response
        .writeHead(code, { "content-type": typeof body === "string" ? "text/plain" : "application/json" })
        .end(typeof body === "string" ? body : JSON.stringify(code === 200 ? body : { message: "refused" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const client = (): GitHubClient =>
    new GitHubClient(
      { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, fullName: "octo-org/demo-app" },
      "token",
      { retries: false },
    );

  it("is that of the newest run that deploys, whatever workflow starts it", async () => {
    const nightly = { ...raw, id: 8, path: ".github/workflows/nightly.yml", referenced_workflows: [] };
    answers = { "/actions/runs": { workflow_runs: [nightly, raw] } };
    assert.equal((await readRun(client(), undefined, "release.yml"))?.id, 7);
    answers = { "/actions/runs": { workflow_runs: [nightly] } };
    assert.equal(await readRun(client(), undefined, "release.yml"), null);
  });

  it("says in words that there is no such run", async () => {
    answers = {};
    await assert.rejects(readRun(client(), 9, "release.yml"), /GitHub has no run 9 .*Next: ghrunners why/);
  });

  it("names the run that holds the concurrency group for which a job waits", async () => {
    const member = { run_id: 7, run_name: "Release", run_html_url: home, status: "pending", position: 1 };
    answers = {
      "/actions/runs/7": raw,
      "/actions/runs/7/jobs": { jobs: [rawJob] },
      "/actions/runs/7/pending_deployments": [],
      "/actions/runs/7/concurrency_groups": {
        concurrency_groups: [{ group_name: "deploy-production", group_members: [member] }],
      },
      "/actions/concurrency_groups/deploy-production": {
        group_members: [
          { run_id: 6, run_name: "Release", run_html_url: home, job_name: "Deploy", status: "in_progress" },
        ],
      },
      "/actions/runners": { runners: [] },
    };
    const reads = new Reads();
    const run = await readRun(client(), 7, "release.yml");
    assert.ok(run?.deploys);
    const seen = await readGitHub(client(), run, reads);
    assert.deepEqual(seen.groups, [
      { group: "deploy-production", ahead: 1, holder: { run: 6, url: home, name: "Release / Deploy" } },
    ]);
    assert.deepEqual([seen.jobs[0]?.status, [...reads.unread]], ["pending", []]);
  });

  it("has the gate and the errors of each deployment, where a matrix calls deploy.yml several times", async () => {
    const jobs = ["web", "api"].flatMap((name, index) => [
      { ...rawJob, id: 10 * index + 1, name: `Release (${name}) / Gate / Choose`, status: "completed" },
      { ...rawJob, id: 10 * index + 2, name: `Release (${name}) / Deploy`, status: "completed", conclusion: "failure" },
    ]);
    const gateLog = (runner: string): string => `### Runner: ${runner}\nReason: it is healthy`;
    answers = {
      "/actions/runs/7/jobs": { jobs: jobs.map((each) => ({ ...each, conclusion: each.conclusion ?? "success" })) },
      "/actions/jobs/1/logs": gateLog("primary"),
      "/actions/jobs/2/logs": "##[error]web does not answer",
      "/actions/jobs/11/logs": gateLog("secondary"),
      "/actions/jobs/12/logs": "##[error]api does not answer",
      "/actions/runners": { runners: [] },
    };
    const reads = new Reads();
    const done = { ...raw, status: "completed", conclusion: "failure" };
    answers["/actions/runs/7"] = done;
    const run = await readRun(client(), 7, "release.yml");
    assert.ok(run);
    const { deployments, words } = await readGitHub(client(), run, reads);
    assert.deepEqual(
      deployments.map(({ caller, gate, words: said }) => [caller, gate?.go === true && gate.runner, said]),
      [
        ["Release (web)", "primary", ["web does not answer"]],
        ["Release (api)", "secondary", ["api does not answer"]],
      ],
    );
    assert.deepEqual([words, [...reads.unread]], [["web does not answer"], []]);
  });

  it("names what could not be read, and calls it unknown", async () => {
    answers = {
      "/actions/runs/7": raw,
      "/actions/runs/7/jobs": { jobs: [rawJob] },
      "/actions/runs/7/pending_deployments": 403,
      "/actions/runners": 403,
    };
    const reads = new Reads();
    const run = await readRun(client(), 7, "release.yml");
    assert.ok(run);
    const seen = await readGitHub(client(), run, reads);
    // A server without concurrency groups answers 404: that is no failure.
    assert.deepEqual([seen.runners, seen.groups, seen.approvals], [null, [], []]);
    assert.deepEqual([...reads.unread].map((text) => /refused to (.*?) \(/.exec(text)?.[1]).sort(), [
      "list the runners",
      "read what waits for approval",
    ]);
  });
});
