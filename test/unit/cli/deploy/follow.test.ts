import assert from "node:assert/strict";
import type { OpenDeployment } from "@ghrunners/deploy/target/queries";
import type { Records } from "@ghrunners/deploy/target/history";
import { follow, type DeploymentView } from "@ghrunners/cli/deploy/follow";
import { exitCodeOfFollowed, renderFollowed } from "@ghrunners/cli/deploy/render";
import { lastWords, verdictIn, type SeenJob, type SeenRun, type Snapshot } from "@ghrunners/cli/deploy/snapshot";

const id = "20260101T000000Z-ab12";
const go = { go: true, runner: "primary", reason: "healthy on both views" } as const;

const job = (status: string, runner: string | null, conclusion: string | null = null): SeenJob => ({
  ...{ id: 2, name: "release / Deploy", labels: ["self-hosted", "primary"] },
  ...{ status, runner, conclusion },
});
const run = (change: Partial<SeenRun>): SeenRun => ({
  ...{ id: 1, url: "https://github.example/runs/1", attempt: 1, status: "in_progress", conclusion: null },
  ...{ jobs: [], gate: go, reviewers: [], runnerOnline: null },
  ...change,
});
const onRunner = (runnerOnline = true): SeenRun => run({ jobs: [job("in_progress", "runner-1")], runnerOnline });
const ended = (conclusion: string): SeenRun =>
  run({ status: "completed", conclusion, jobs: [job("completed", "runner-1", conclusion)] });

const open = (names: readonly string[], lease: OpenDeployment["lease"] = "held"): Snapshot["target"] => {
  const ending = names.map((name) => `${name}: ok`);
  const held = { id, owner: "octocat@runner-1", version: "2", startedAt: "2026-01-01T00:00:00Z" };
  const look = { open: { ...held, lease, outcome: null, ended: ending, running: null }, records: null };
  return { name: "app", look };
};
const over = (outcome: string, names: readonly string[] = []): Snapshot["target"] => {
  const actions = names.map((name) => ({ name, ok: true }));
  const deployment = { id, outcome, durationSeconds: 12, failure: null, actions };
  return { name: "app", look: { open: null, records: { deployment } as unknown as Records } };
};
const seen = (github: SeenRun | string, target: Snapshot["target"] = null, blind: string | null = null): Snapshot => ({
  ...{ id, github, target, blind },
});

/** Follows what is seen look by look; the last one stays. */
async function followed(snapshots: readonly Snapshot[], stop = false) {
  const said: string[] = [];
  const steps: string[] = [];
  let at = 0;
  const view: DeploymentView = {
    look: async () => snapshots[Math.min(at++, snapshots.length - 1)] as Snapshot,
    cancel: async (force) => void steps.push(force ? "end" : "cancel"),
    words: async () => ["Version 2 is installed and healthy: nothing to do."],
  };
  const signal = stop ? AbortSignal.abort() : new AbortController().signal;
  const result = await follow(view, { say: (line) => void said.push(line), signal, pauseMs: 0 });
  return { said, steps, result, looks: at };
}

describe("a deployment that is followed at GitHub", () => {
  it("prints each event once, as it happens, and ends with the record", async () => {
    const waiting = run({ status: "waiting", reviewers: ["reviewer"], jobs: [job("waiting", null)] });
    const { said, steps, result } = await followed([
      seen(run({ gate: null, status: "queued" })),
      seen(waiting),
      seen(waiting),
      seen(onRunner(), open(["preflight"])),
      seen(onRunner(), open(["preflight", "capture"])),
      seen(onRunner(), over("succeeded", ["preflight", "capture", "commit"])),
      seen(ended("success"), over("succeeded")),
    ]);
    assert.deepEqual(said, [
      "run https://github.example/runs/1",
      "gate: primary (healthy on both views)",
      "waiting for the approval of reviewer",
      "on runner runner-1",
      `deployment ${id} holds the lock of app`,
      "  preflight: ok",
      "  capture: ok",
      "  commit: ok",
      "run ended: success",
    ]);
    assert.deepEqual(steps, []);
    assert.deepEqual([result.lost, exitCodeOfFollowed(result)], [null, 0]);
  });

  it("whose runner dies: the target goes back by itself, the run is ended, the next command is named", async () => {
    const { said, steps, result } = await followed([
      seen(onRunner(), open(["preflight"])),
      seen(onRunner(false), open(["preflight"], "expired")),
      seen(onRunner(false), over("rolled_back", ["preflight", 'undo "unpack"'])),
      seen(ended("cancelled"), over("rolled_back")),
    ]);
    assert.ok(said.includes("GitHub shows runner-1 offline"));
    assert.ok(said.includes("the deployer is silent: its lease has expired, app rolls back by itself"));
    assert.deepEqual(steps, ["end"]);
    assert.deepEqual([result.lost, exitCodeOfFollowed(result)], ["runner-1", 1]);
    const text = renderFollowed(result, "2");
    assert.match(text, /The runner runner-1 was lost during the deployment\./);
    assert.match(text, /Record: \/var\/lib\/ghrunners\/deployments\/20260101T000000Z-ab12\.json on app/);
    assert.match(text, /Next: ghrunners deploy --version 2, with the runner that the gate chooses then/);
  });

  it("whose runner dies after the commit: the new version stays, and that is a success", async () => {
    const { result } = await followed([
      seen(onRunner(false), over("succeeded")),
      seen(ended("failure"), over("succeeded")),
    ]);
    assert.deepEqual([result.lost, exitCodeOfFollowed(result)], ["runner-1", 0]);
  });

  it("is cancelled when the operator asks to stop, and followed until the target is complete", async () => {
    const { steps, result } = await followed(
      [
        seen(onRunner(), open(["preflight"])),
        seen(ended("cancelled"), open(["preflight"], "expired")),
        seen(ended("cancelled"), over("rolled_back")),
      ],
      true,
    );
    assert.deepEqual(steps, ["cancel"]);
    assert.deepEqual([result.records?.deployment.outcome, exitCodeOfFollowed(result)], ["rolled_back", 1]);
  });

  it("that the gate refuses has its reason and runbook, and never a target", async () => {
    const gate = { go: false, reason: "DEPLOY_RUNNER is not set.", runbook: "https://x/runbooks/a.md" } as const;
    const { result } = await followed([seen(run({ gate, status: "completed", conclusion: "failure" }))]);
    const text = renderFollowed(result, "2");
    assert.match(text, /No runner may deploy: DEPLOY_RUNNER is not set\.\nRunbook: https:\/\/x\/runbooks\/a\.md/);
    assert.equal(exitCodeOfFollowed(result), 1);
  });

  it("goes on while GitHub is down; the same version again is nothing to do", async () => {
    const { said, result } = await followed([
      seen(onRunner()),
      seen("no answer"),
      seen("no answer"),
      seen(ended("success")),
    ]);
    assert.equal(said.filter((line) => line === "GitHub does not answer: no answer").length, 1);
    assert.ok(said.includes("GitHub answers again"));
    assert.equal(said.filter((line) => line.startsWith("run https")).length, 1);
    assert.equal(exitCodeOfFollowed(result), 0);
    assert.match(renderFollowed(result, "2"), /installed and healthy: nothing to do/);
  });

  it("that waited for a dead runner is found again when the failover switch starts it again", async () => {
    const cancelled = run({
      status: "completed",
      conclusion: "cancelled",
      jobs: [job("completed", null, "cancelled")],
    });
    const second = { ...seen(ended("success"), over("succeeded")), id: `${id}-2` };
    const { said, looks } = await followed([
      seen(run({ jobs: [job("queued", null)], runnerOnline: false })),
      seen(cancelled),
      { ...second, github: { ...ended("success"), attempt: 2 } },
    ]);
    assert.equal(looks, 3);
    assert.ok(said.includes("run https://github.example/runs/1, attempt 2"));
  });
});

describe("what jobs say in their logs", () => {
  const at = (line: string): string => `2026-01-01T00:00:00.123Z ${line}`;
  it("reads the gate's verdict from its job's log", () => {
    const good = ["### Runner: primary", "", "Labels: `a`", "", "Reason: healthy on both views"].map(at).join("\n");
    assert.deepEqual(verdictIn(good), go);
    const bad = ["### No runner for this deployment", "", "Nobody.", "", "Runbook: https://x/a.md"].map(at).join("\n");
    assert.deepEqual(verdictIn(bad), { go: false, reason: "Nobody.", runbook: "https://x/a.md" });
    assert.equal(verdictIn(at("something else")), null);
  });

  it("reads from the job's log why nothing was begun", () => {
    const log = [at("##[error]This runner may not deploy now"), at("##[error]Process completed with exit code 1.")];
    assert.deepEqual(lastWords(log.join("\n")), ["This runner may not deploy now"]);
  });
});
