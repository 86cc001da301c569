import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import type { JobRecord } from "@ghrunners/lab/github/workflows/records";
import { projectRoot } from "@ghrunners/core/project-root";

const github = path.join(projectRoot, ".github");
const here = { owner, repo };
const labels = ["self-hosted", "linux", "x64", "production", "primary"];

/** What an outsider's pull request gets from this repository, with the fork policy that the program sets. */
describe("a pull request from a fork", function () {
  this.timeout(30_000);
  let emulator: TestEmulator;
  let runnerId: number;

  before(async () => {
    // Outsiders fork public repositories; only those have the approval of forks.
    emulator = await TestEmulator.start((seed) => ({ ...seed, repository: { ...seed.repository, private: false } }));
    for (const file of ["preview.yml", "delivery-runner.yml"])
      copyFileSync(path.join(github, "workflows", file), path.join(emulator.folder, ".github/workflows", file));
    const operator = await emulator.client();
    await operator.request("PUT /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval", {
      ...here,
      approval_policy: "all_external_contributors",
    });
    runnerId = emulator.addRunner("runner-1", labels);
  });
  after(() => emulator.stop());

  const open = async (files: Record<string, string>): Promise<{ id: number; workflow: string; waits: boolean }[]> => {
    const request = { number: 1, branch: "topic", fork: true, login: "stranger", firstTime: false, files };
    return (await emulator.admin("POST", "pull-request", request)) as {
      id: number;
      workflow: string;
      waits: boolean;
    }[];
  };
  const jobsOf = (runId: number): JobRecord[] =>
    emulator.services.store.state.actions.jobs.filter((job) => job.runId === runId);

  it("starts no job of preview.yml, even if it is approved", async () => {
    const runs = await open({});
    assert.deepEqual(
      runs.map(({ workflow, waits }) => [workflow, waits]),
      [["preview.yml", true]],
    );
    const id = runs[0]?.id ?? 0;
    assert.deepEqual(jobsOf(id), []);
    emulator.engine.approve(id, "operator");
    assert.deepEqual(
      jobsOf(id).map(({ conclusion, labels: wanted }) => [conclusion, wanted]),
      [
        ["skipped", []],
        ["skipped", []],
      ],
    );
  });

  it("that brings a workflow for the runners waits, and no runner is offered anything", async () => {
    const thief = `on: pull_request\njobs: { a: { runs-on: [${labels.join(", ")}], steps: [{ run: env }] } }\n`;
    const runs = await open({ "thief.yml": thief });
    const run = runs.find(({ workflow }) => workflow === "thief.yml");
    assert.equal(run?.waits, true);
    assert.deepEqual(jobsOf(run?.id ?? 0), []);
    assert.equal(emulator.engine.offered(runnerId), undefined);
  });
});
