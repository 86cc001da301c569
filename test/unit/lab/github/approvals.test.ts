import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";

const workflow = `name: Release
on: workflow_dispatch
jobs:
  deploy:
    runs-on: [self-hosted, linux, production]
    environment: production
    concurrency: { group: deploy-production, cancel-in-progress: false, queue: max }
    steps:
      - run: echo deploy
`;

/** As the provider writes it (fixtures/terraform-provider-github-6.13.0.json). */
const protection = {
  wait_timer: 0,
  can_admins_bypass: false,
  prevent_self_review: true,
  reviewers: [{ type: "User", id: 1003 }],
  deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
};

interface Job {
  readonly status: string;
  readonly conclusion: string | null;
}

describe("deployments to a protected environment", () => {
  const base = `/repos/${owner}/${repo}`;
  let emulator: TestEmulator;

  before(async () => {
    emulator = await TestEmulator.start(onEnterprise);
    writeFileSync(path.join(emulator.services.seed.workflowsDir, "release.yml"), workflow);
    await call("PUT", "/environments/production", protection);
    await call("POST", "/environments/production/deployment-branch-policies", { name: "main", type: "branch" });
  });
  after(() => emulator.stop());

  async function call(method: string, where: string, body?: unknown, token = "operator-token"): Promise<unknown> {
    const response = await emulator.rest(method, `${base}${where}`, { body, token });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${where}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async function dispatch(token = "operator-token"): Promise<number> {
    await call("POST", "/actions/workflows/release.yml/dispatches", { ref: "main" }, token);
    const { workflow_runs: runs } = (await call("GET", "/actions/runs")) as { workflow_runs: { id: number }[] };
    return Math.max(...runs.map(({ id }) => id));
  }

  const job = async (run: number): Promise<Job> => {
    const { jobs } = (await call("GET", `/actions/runs/${run}/jobs`)) as { jobs: Job[] };
    const [only] = jobs;
    assert.ok(only, `run ${run} has no job`);
    return only;
  };

  async function review(run: number, token: string, state = "approved"): Promise<{ status: number; text: string }> {
    const pending = (await call("GET", `/actions/runs/${run}/pending_deployments`)) as {
      environment: { id: number };
    }[];
    const body = { environment_ids: pending.map(({ environment }) => environment.id), state, comment: "looked at" };
    const response = await emulator.rest("POST", `${base}/actions/runs/${run}/pending_deployments`, { token, body });
    return { status: response.status, text: await response.text() };
  }

  it("wait for the reviewer, refuse all other users, and queue: none is cancelled", async () => {
    const runs = [await dispatch(), await dispatch(), await dispatch()];
    const [first = 0, second = 0, third = 0] = runs;
    const states = async (): Promise<string[]> =>
      (await Promise.all(runs.map(job))).map(({ status, conclusion }) => conclusion ?? status);
    const before = await states();
    assert.equal(before[0], "waiting");
    assert.ok(
      before.every((state) => ["waiting", "pending", "queued"].includes(state)),
      before.join(),
    );

    // The operator started it and is no reviewer.
    const refused = await review(first, "operator-token");
    assert.equal(refused.status, 422, refused.text);
    assert.equal((await job(first)).status, "waiting");

    assert.equal((await review(first, "reviewer-token")).status, 200);
    assert.equal((await job(first)).status, "queued");
    assert.deepEqual(
      (await states()).filter((state) => state === "cancelled"),
      [],
    );

    // One leaves, the next comes, in order; the third still waits for its turn.
    await call("POST", `/actions/runs/${first}/cancel`);
    assert.equal((await job(second)).conclusion, null);
    assert.equal((await review(second, "reviewer-token", "rejected")).status, 200);
    assert.equal((await job(second)).conclusion, "failure");
    assert.equal((await review(third, "reviewer-token")).status, 200);
    assert.equal((await job(third)).status, "queued");
    await call("POST", `/actions/runs/${third}/cancel`);
  });

  it("are not approved by a reviewer who started them", async () => {
    const own = await dispatch("reviewer-token");
    const refused = await review(own, "reviewer-token");
    assert.equal(refused.status, 422, refused.text);
    assert.equal((await job(own)).status, "waiting");
  });
});
