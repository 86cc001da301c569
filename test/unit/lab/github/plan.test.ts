import assert from "node:assert/strict";
import { Emulator, owner, repo } from "@ghrunners/lab/driver/emulator";

const environment = `/repos/${owner}/${repo}/environments/production`;
const rules = {
  reviewers: { reviewers: [{ type: "User", id: 1003 }] },
  timer: { wait_timer: 5 },
  branches: { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } },
};
const ruleset = { name: "default branch", target: "branch", enforcement: "active", rules: [{ type: "deletion" }] };

describe("the plan of the repository's owner", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await Emulator.start();
  });
  after(() => emulator.stop());

  async function allowed(): Promise<string[]> {
    const names: string[] = [];
    for (const [name, body] of Object.entries(rules)) {
      const response = await emulator.rest("PUT", environment, { body });
      const text = await response.text();
      if (response.status === 200) names.push(name);
      else assert.match(text, /Failed to create the environment protection rule.*billing plan supports the/);
    }
    const response = await emulator.rest("POST", `/repos/${owner}/${repo}/rulesets`, { body: ruleset });
    const { id, message } = (await response.json()) as { id?: number; message?: string };
    if (response.status === 201) {
      names.push("ruleset");
      await emulator.rest("DELETE", `/repos/${owner}/${repo}/rulesets/${id}`);
    } else assert.match(message ?? "", /Upgrade to GitHub Pro or make this repository public/);
    return names;
  }

  for (const [plan, expected] of Object.entries({
    free: [],
    pro: ["branches", "ruleset"],
    team: ["branches", "ruleset"],
    enterprise: ["reviewers", "timer", "branches", "ruleset"],
  })) {
    it(`${plan}: a private repository may have ${expected.join(", ") || "no protection"}`, async () => {
      await emulator.admin("PUT", "faults/billing-plan", { plan });
      assert.deepEqual(await allowed(), expected);
      const account = (await (await emulator.rest("GET", `/users/${owner}`)).json()) as { plan?: { name: string } };
      assert.equal(account.plan?.name, plan);
    });
  }

  it("free: a public repository may have all", async () => {
    await emulator.admin("PUT", "faults/billing-plan", { plan: "free" });
    await emulator.admin("PUT", "faults/repository-public", {});
    assert.deepEqual(await allowed(), ["reviewers", "timer", "branches", "ruleset"]);
  });
});
