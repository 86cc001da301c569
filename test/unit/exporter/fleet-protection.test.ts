import assert from "node:assert/strict";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";
import { seal } from "@ghrunners/lab/driver/seal";
import { toEnvironment } from "@ghrunners/core/github/protection";
import { until } from "@ghrunners/core/until";
import { protectionDrift } from "@ghrunners/exporter/fleet/protection";
import { Fleet } from "./support/fleet";

const base = `/repos/${owner}/${repo}`;

describe("the fleet view of protection and secrets", () => {
  let emulator: TestEmulator;
  let fleet: Fleet;

  before(async () => {
    emulator = await TestEmulator.start(onEnterprise);
  });
  after(async () => {
    await fleet.remove();
    await emulator.stop();
  });

  it("compares the environment's protection, and tells the age of secrets", async () => {
    const reviewer = 1003;
    fleet = new Fleet(emulator, {
      protection: {
        reviewers: ["reviewer"],
        waitMinutes: 5,
        preventSelfReview: true,
        adminsCanBypass: false,
        branches: ["main"],
        tags: [],
      },
      secrets: [
        { name: "DEPLOY_KEY", scope: "environment", rotateDays: 90 },
        { name: "MISSING", scope: "repository", rotateDays: 30 },
      ],
    });
    await fleet.start();
    await fleet.until('github_environment_protection_drift{setting="exists"}', 1);
    const put = (change: object = {}): Promise<Response> =>
      emulator.rest("PUT", `${base}/environments/production`, {
        body: {
          wait_timer: 5,
          reviewers: [{ type: "User", id: reviewer }],
          prevent_self_review: true,
          can_admins_bypass: false,
          deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
          ...change,
        },
      });
    assert.equal((await put()).status, 200);
    const policies = `${base}/environments/production/deployment-branch-policies`;
    assert.equal((await emulator.rest("POST", policies, { body: { name: "main", type: "branch" } })).status, 200);
    const drift = (setting: string): string => `github_environment_protection_drift{setting="${setting}"}`;
    const settings = [
      "exists",
      "reviewers",
      "wait_timer",
      "prevent_self_review",
      "admins_can_bypass",
      "branches",
      "tags",
    ];
    for (const setting of settings) await fleet.until(drift(setting), 0);
    await put({ wait_timer: 0, reviewers: null, can_admins_bypass: true });
    for (const setting of ["reviewers", "wait_timer", "admins_can_bypass"]) await fleet.until(drift(setting), 1);
    assert.equal((await fleet.scrape()).values.get(drift("branches")), 0);

    const secrets = `${base}/environments/production/secrets`;
    const { key, key_id } = (await (await emulator.rest("GET", `${secrets}/public-key`)).json()) as Record<
      string,
      string
    >;
    const body = { key_id, encrypted_value: await seal(key ?? "", "value") };
    await emulator.rest("PUT", `${secrets}/DEPLOY_KEY`, { body });
    const { values } = await until("the age of the secret is known", 10_000, async () => {
      const seen = await fleet.scrape();
      return seen.values.has('github_secret_updated_timestamp_seconds{secret="DEPLOY_KEY"}') ? seen : undefined;
    });
    assert.equal(values.get('github_secret_rotation_period_seconds{secret="DEPLOY_KEY"}'), 90 * 86_400);
    assert.equal(values.has('github_secret_updated_timestamp_seconds{secret="MISSING"}'), false);
  }).timeout(40_000);
});

describe("the drift of an environment's protection", () => {
  it("is that of every setting where GitHub has no rule", () => {
    const seen = toEnvironment({ deployment_branch_policy: null }, []);
    const drifted = protectionDrift(
      { reviewers: ["a"], waitMinutes: 0, preventSelfReview: true, adminsCanBypass: false, branches: [], tags: ["v*"] },
      seen,
    );
    assert.deepEqual(
      drifted.filter(({ value }) => value === 1).map(({ labels }) => labels["setting"]),
      ["reviewers", "admins_can_bypass", "tags"],
    );
  });
});
