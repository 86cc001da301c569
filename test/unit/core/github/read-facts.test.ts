import assert from "node:assert/strict";
import { toDeadline, toJobs, toOfferedVersions, toRun } from "@ghrunners/core/github/read-facts";

describe("GitHub's answers", () => {
  it("name the workflow's file, also of a called workflow of a ref", () => {
    const raw = { id: 1, status: "queued", created_at: "2026-01-01T00:00:00Z", updated_at: "x" };
    const path = ".github/workflows/release.yml@refs/heads/main";
    const called = [{ path: "octo-org/infra/.github/workflows/deploy.yml@refs/heads/main" }];
    assert.deepEqual(toRun({ ...raw, path, referenced_workflows: called }).workflows, ["release.yml", "deploy.yml"]);
    assert.deepEqual(toRun({ ...raw, path }).workflows, ["release.yml"]);
    assert.equal(toRun({ ...raw, path: ".github/workflows/deploy.yml" }).createdAt, 1_767_225_600);
  });

  it("name the first step of a job that failed, if one did", () => {
    const times = { created_at: "2026-01-01T00:00:00Z", started_at: null, completed_at: null };
    const job = { id: 1, name: "Deploy", status: "completed", conclusion: "failure", labels: [], runner_name: null };
    const step = (name: string, conclusion: string | null) => ({ name, conclusion });
    const failedStep = (steps?: { name: string; conclusion: string | null }[]) =>
      toJobs({ jobs: [{ ...job, ...times, ...(steps && { steps }) }] })[0]?.failedStep;
    assert.equal(failedStep([step("a", "success"), step("b", "failure"), step("c", "failure")]), "b");
    assert.equal(failedStep([step("a", "success"), step("b", "skipped"), step("c", null)]), undefined);
    assert.equal(failedStep(), undefined);
  });

  it("announce an end, or none", () => {
    assert.equal(toDeadline({ runtime_deprecates_at: "2026-03-13T18:34:13Z" }), 1_773_426_853);
    assert.equal(toDeadline({ runtime_deprecates_at: null }), undefined);
  });

  it("offer versions for the runners' kind of machine", () => {
    const file = (
      os: string,
      architecture: string,
      filename: string,
    ): { os: string; architecture: string; filename: string } => ({
      os,
      architecture,
      filename,
    });
    const files = [
      file("linux", "x64", "actions-runner-linux-x64-2.336.0.tar.gz"),
      file("linux", "arm64", "actions-runner-linux-arm64-2.337.0.tar.gz"),
      file("win", "x64", "actions-runner-win-x64-2.338.0.zip"),
    ];
    assert.deepEqual(toOfferedVersions(files), ["2.336.0"]);
  });
});
