import assert from "node:assert/strict";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import type { DeploymentInputs } from "@ghrunners/components/preflight/args";
import {
  type DeploymentObservation,
  judgeDeployment,
  noticesOf,
} from "@ghrunners/components/preflight/judge-deployment";

const rules = { requiredApprovals: 1, codeOwners: true, actionsListed: false };
const inputs: DeploymentInputs = {
  environment: { name: "production", reviewers: ["octocat", "hubot"], waitMinutes: 0, preventSelfReview: true },
  rules,
  repositorySecrets: false,
  repositoryVariables: false,
};
const kind: RepositoryKind = { private: true, owner: "organization", plan: "enterprise", onGitHubCom: true };
const fine: DeploymentObservation = {
  kind: { value: kind },
  writers: ["octocat", "hubot"],
  reviewers: [{ value: true }, { value: true }],
  permissions: [{ value: true }],
};
const unreviewed = { name: "staging", reviewers: [], waitMinutes: 0, preventSelfReview: true };

const judged = (seen: Partial<DeploymentObservation>, changes: Partial<DeploymentInputs> = {}) =>
  judgeDeployment({ ...inputs, ...changes }, { ...fine, ...seen });
const problems = (seen: Partial<DeploymentObservation>, changes: Partial<DeploymentInputs> = {}): string[] =>
  judged(seen, changes).map(({ setting }) => setting);
const of = (changes: Partial<RepositoryKind>): Partial<DeploymentObservation> => ({
  kind: { value: { ...kind, ...changes } },
});

describe("preflight of the deployment environment", () => {
  it("reports no problem for a correct configuration", () => assert.deepEqual(problems({}), []));

  for (const [plan, expected] of Object.entries({
    free: ["deployment.reviewers", "deployment", "repository.manage"],
    pro: ["deployment.reviewers"],
    team: ["deployment.reviewers"],
    enterprise: [],
    "some plan of the past": [],
  })) {
    it(`judges a private repository with the plan ${plan}`, () => {
      assert.deepEqual(problems(of({ plan })), expected);
      assert.deepEqual(problems(of({ plan, private: false })), []);
    });
  }

  it("says owner, visibility, plan, what is expected, and the next command", () => {
    const [problem] = judged(of({ owner: "person", plan: "pro" }));
    assert.match(
      problem?.reason ?? "",
      /^the repository is private, of a person with the plan pro, and has neither reviewers nor waiting for deployments\. Expected GitHub Enterprise or a public repository\. Next: .*pulumi config rm --path 'ghrunners:deployment\.reviewers' .*"deployments to production are not reviewed"/,
    );
  });

  it("refuses a list of allowed actions where GitHub would ignore it", () => {
    const listed = { rules: { ...rules, actionsListed: true }, environment: unreviewed };
    assert.deepEqual(problems({ ...of({ plan: "team" }), reviewers: [] }, listed), ["repository.allowedActions"]);
    assert.deepEqual(problems({ reviewers: [] }, listed), []);
  });

  it("leaves a plan alone that the token may not see, and says what happens if it is too small", () => {
    assert.deepEqual(problems(of({ plan: undefined })), []);
    const notices = noticesOf("octo-org/demo-app", inputs, { ...kind, plan: undefined });
    assert.equal(notices[0], "octo-org/demo-app is private, of an organization whose plan this token may not see.");
    assert.match(notices[1] ?? "", /^ghrunners:deployment\.reviewers: with a smaller plan.*Otherwise: pulumi/);
    assert.deepEqual(
      notices.slice(2).map((text) => /^\S+ \S+/.exec(text)?.[0]),
      ["ghrunners:deployment: with", "ghrunners:repository.manage: with", "Approval of", "Every action"],
    );
  });

  it("knows that a person's account on github.com has no reviewers for private repositories, seen or not", () => {
    const person = of({ plan: undefined, owner: "person" });
    assert.deepEqual(problems(person), ["deployment.reviewers"]);
    assert.deepEqual(problems(of({ plan: undefined, owner: "person", onGitHubCom: false })), []);
  });

  it("does not read the plan for settings that are not managed", () => {
    assert.deepEqual(problems({ ...of({ plan: "team" }), reviewers: [] }, { environment: unreviewed }), []);
    const none = { environment: undefined, rules: undefined };
    assert.deepEqual(problems({ ...of({ plan: "free" }), reviewers: [] }, none), []);
    const waiting = { environment: { ...unreviewed, waitMinutes: 5 } };
    assert.deepEqual(problems({ ...of({ plan: "pro" }), reviewers: [] }, waiting), ["deployment.waitMinutes"]);
  });

  it("does not lock out one maintainer", () => {
    const alone = { writers: ["octocat"], reviewers: [{ value: true }] };
    const environment = { ...unreviewed, reviewers: ["Octocat"] };
    assert.deepEqual(problems(alone, { environment }), [
      "repository.requiredApprovals",
      "deployment.preventSelfReview",
    ]);
    const open = { requiredApprovals: 0, codeOwners: false, actionsListed: false };
    const selfReviewed = { ...environment, preventSelfReview: false };
    assert.deepEqual(problems(alone, { environment: selfReviewed, rules: open }), []);
    assert.deepEqual(problems(alone, { environment: selfReviewed, rules: { ...open, codeOwners: true } }), [
      "repository.codeOwners",
    ]);
    assert.deepEqual(problems({ ...alone, writers: undefined }, { environment }), []);
  });

  it("names reviewers who cannot read the repository, and logins that do not exist", () => {
    assert.deepEqual(problems({ reviewers: [{ value: true }, { value: false }] }), ["deployment.reviewers[1]"]);
    assert.deepEqual(problems({ reviewers: [{ error: "nobody" }, { value: true }] }), ["deployment.reviewers[0]"]);
  });

  it("reports a refusal once, and every missing permission", () => {
    const refused = { error: "GitHub refused: 401" };
    assert.deepEqual(problems({ kind: refused, writers: undefined, reviewers: [], permissions: [] }), ["github"]);
    const permissions = [{ error: "environments" }, { error: "variables" }];
    assert.deepEqual(problems({ permissions }), ["github", "github"]);
  });
});
