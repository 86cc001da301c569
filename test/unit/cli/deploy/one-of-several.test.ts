import assert from "node:assert/strict";
import { jobsOfDeployment, SeveralDeploymentsError, type WantedDeployment } from "@ghrunners/cli/deploy/one-of-several";
import { deployJob, gateJob } from "@ghrunners/cli/deploy/snapshot";

const jobsOf = (...callers: string[]): { name: string }[] =>
  callers.flatMap((caller) => [`${caller} / Gate / Choose`, `${caller} / Deploy`].map((name) => ({ name })));
const wanted = (change: Partial<WantedDeployment> = {}): WantedDeployment => ({
  ...{ url: "https://github.example/runs/1", environment: "production", targets: ["app"], version: "2" },
  ...change,
});
const followed = (jobs: { name: string }[], change?: Partial<WantedDeployment>): (string | undefined)[] => {
  const own = { jobs: jobsOfDeployment(jobs, wanted(change)) };
  return [gateJob(own)?.name, deployJob(own)?.name];
};

describe("the deployment that is followed, of a run with several", () => {
  it("is the one whose name has the environment", () => {
    const found = followed(jobsOf("Release (staging)", "Release (production)"));
    assert.deepEqual(found, ["Release (production) / Gate / Choose", "Release (production) / Deploy"]);
  });

  it("is the one whose name has a target, else the version", () => {
    assert.equal(followed(jobsOf("Release (web)", "Release (API)"), { targets: ["api"] })[1], "Release (API) / Deploy");
    assert.equal(followed(jobsOf("Release (1)", "Release (2)"))[1], "Release (2) / Deploy");
  });

  it("is found by all of a matrix's values", () => {
    const jobs = jobsOf("Release (web, staging)", "Release (api, production)", "Release (web, production)");
    assert.equal(followed(jobs, { targets: ["web"] })[1], "Release (web, production) / Deploy");
  });

  it("is known by its gate before its own job is there", () => {
    const jobs = jobsOf("Release (staging)", "Release (production)").filter(({ name }) => name.endsWith("Choose"));
    assert.deepEqual(followed(jobs), ["Release (production) / Gate / Choose", undefined]);
  });

  it("is the only one whatever its name, beside the jobs of the workflow itself", () => {
    const jobs = [{ name: "Build (web)" }, ...jobsOf("Release (web)")];
    assert.deepEqual(jobsOfDeployment(jobs, wanted()), jobs);
    const more = [{ name: "Build (web)" }, ...jobsOf("Release (app)", "Release (web)")];
    assert.deepEqual(jobsOfDeployment(more, wanted()), [{ name: "Build (web)" }, ...jobsOf("Release (app)")]);
  });

  it("is refused in words where the names leave several", () => {
    assert.throws(
      () => jobsOfDeployment(jobsOf("Release (web)", "Release (api)"), wanted()),
      (error) => {
        assert.ok(error instanceof SeveralDeploymentsError);
        assert.equal(
          error.message,
          "The run has several deployments (Release (web); Release (api)), and their names do not say which one is " +
            "meant. Expected in the name of exactly one: the environment production, a target (app), or the version 2. " +
            "The run goes on. Next: follow it at https://github.example/runs/1",
        );
        return true;
      },
    );
    const both = { targets: ["web", "api"] };
    assert.throws(
      () => jobsOfDeployment(jobsOf("Release (web)", "Release (api)"), wanted(both)),
      /several deployments/,
    );
  });
});
