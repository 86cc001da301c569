import assert from "node:assert/strict";
import type { DeploymentInputs } from "@ghrunners/components/preflight/args";
import { judgeDeployment, type DeploymentObservation } from "@ghrunners/components/preflight/judge-deployment";

const inputs: DeploymentInputs = {
  environment: { name: "production", reviewers: ["octocat", "hubot"], waitMinutes: 0 },
  managesRepository: true,
  repositorySecrets: false,
  repositoryVariables: false,
};
const fine: DeploymentObservation = {
  repository: { value: { private: true } },
  plan: { value: "enterprise" },
  reviewers: [{ value: true }, { value: true }],
  permissions: [{ value: true }],
};

const problems = (seen: Partial<DeploymentObservation>, changes: Partial<DeploymentInputs> = {}): string[] =>
  judgeDeployment({ ...inputs, ...changes }, { ...fine, ...seen }).map(({ setting }) => setting);

describe("preflight of the deployment environment", () => {
  it("finds nothing wrong where nothing is", () => assert.deepEqual(problems({}), []));

  for (const [plan, expected] of Object.entries({
    free: ["deployment.reviewers", "deployment", "repository.manage"],
    pro: ["deployment.reviewers"],
    team: ["deployment.reviewers"],
    enterprise: [],
    "some plan of the past": [],
  })) {
    it(`judges a private repository with the plan ${plan}`, () => {
      assert.deepEqual(problems({ plan: { value: plan } }), expected);
      assert.deepEqual(problems({ plan: { value: plan }, repository: { value: { private: false } } }), []);
    });
  }

  it("leaves a plan alone that nobody may see", () => assert.deepEqual(problems({ plan: { value: undefined } }), []));

  it("asks no plan for what is not managed", () => {
    const environment = { name: "staging", reviewers: [], waitMinutes: 0 };
    assert.deepEqual(problems({ plan: { value: "team" }, reviewers: [] }, { environment }), []);
    assert.deepEqual(
      problems({ plan: { value: "free" }, reviewers: [] }, { environment: undefined, managesRepository: false }),
      [],
    );
    const waiting = { environment: { ...environment, waitMinutes: 5 } };
    assert.deepEqual(problems({ plan: { value: "pro" }, reviewers: [] }, waiting), ["deployment.waitMinutes"]);
  });

  it("names the reviewer who may not read the repository, and the one whom nobody knows", () => {
    assert.deepEqual(problems({ reviewers: [{ value: true }, { value: false }] }), ["deployment.reviewers[1]"]);
    assert.deepEqual(problems({ reviewers: [{ error: "nobody" }, { value: true }] }), ["deployment.reviewers[0]"]);
  });

  it("tells one refusal once, and every missing permission", () => {
    const refused = { error: "GitHub refused: 401" };
    assert.deepEqual(problems({ repository: refused, plan: refused, reviewers: [], permissions: [] }), ["github"]);
    const permissions = [{ error: "environments" }, { error: "variables" }];
    assert.deepEqual(problems({ permissions }), ["github", "github"]);
  });
});
