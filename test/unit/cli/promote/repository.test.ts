import assert from "node:assert/strict";
import { deliveryProblem } from "@ghrunners/cli/promote/repository";
import type { Settings } from "@ghrunners/config/parse";

const settings = (repository?: string): Pick<Settings, "github" | "promotion"> => ({
  github: { url: "https://github.com", repository: "octo-org/demo-app", writeDelayMs: 0 },
  promotion: { prove: false, maxAgeHours: 24, repository },
});
const job = (repository: string) => ({ GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: repository });

describe("the repository that a stack is delivered from", () => {
  it("is the one whose environment the program protects, in any case of letters", () => {
    assert.equal(deliveryProblem(job("octo-org/demo-app"), settings()), undefined);
    assert.equal(deliveryProblem(job("Octo-Org/Demo-App"), settings()), undefined);
  });

  it("is refused where GitHub would make an environment that no one protects", () => {
    const problem = deliveryProblem(job("octo-org/infra"), settings()) ?? "";
    assert.match(
      problem,
      /its environment is that of octo-org\/infra\. The program protects the one of octo-org\/demo-app/,
    );
    assert.match(problem, /Next: .*pulumi config set --path 'ghrunners:promotion\.repository' octo-org\/infra$/);
  });

  it("may be another one that the configuration names, and then only that", () => {
    assert.equal(deliveryProblem(job("octo-org/infra"), settings("octo-org/infra")), undefined);
    assert.match(deliveryProblem(job("octo-org/demo-app"), settings("octo-org/infra")) ?? "", /Expected a workflow in/);
  });

  it("does not matter to a person at a terminal", () => {
    assert.equal(deliveryProblem({ GITHUB_REPOSITORY: "octo-org/infra" }, settings()), undefined);
    assert.equal(deliveryProblem({}, settings()), undefined);
  });
});
