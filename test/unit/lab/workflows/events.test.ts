import assert from "node:assert/strict";
import {
  isTriggered,
  matchesFilter,
  needsApproval,
  pullRequestEvent,
  pullRequestOrigin,
  pushOrigin,
} from "@ghrunners/lab/github/workflows/events";
import { workflowLibrary } from "@ghrunners/lab/github/workflows/library";
import { parseWorkflowFile } from "@ghrunners/lab/github/workflows/parse";
import type { RunOrigin } from "@ghrunners/lab/github/workflows/records";
import { until } from "@ghrunners/core/until";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { seal } from "@ghrunners/lab/driver/seal";

const jobs = "jobs: { a: { runs-on: ubuntu-latest, steps: [{ run: x }] } }";
const branch = (name: string): RunOrigin => pushOrigin({ branch: name, login: "operator" });
const tag = (name: string): RunOrigin => pushOrigin({ tag: name, login: "operator" });
const pull = (action: "opened" | "synchronize" | "reopened"): RunOrigin =>
  pullRequestOrigin(
    pullRequestEvent.parse({ number: 1, branch: "topic", fork: true, login: "stranger", action }),
    "main",
  );

describe("what an event starts", () => {
  const cases: [string, string, RunOrigin, boolean][] = [
    ["push", "a branch", branch("main"), true],
    ["push", "a tag", tag("v1"), true],
    ["push", "no pull request", pull("opened"), false],
    ["{ push: { branches: [main] } }", "that branch", branch("main"), true],
    ["{ push: { branches: [main] } }", "no other branch", branch("topic"), false],
    ["{ push: { branches: [main] } }", "no tag", tag("v1"), false],
    ["{ push: { tags: ['v*'] } }", "that tag", tag("v1.2"), true],
    ["{ push: { tags: ['v*'] } }", "no branch", branch("main"), false],
    ["{ push: { branches: ['release/**', '!release/old'] } }", "a deep branch", branch("release/a/b"), true],
    ["{ push: { branches: ['release/**', '!release/old'] } }", "not what is taken away", branch("release/old"), false],
    ["{ push: { branches-ignore: ['wip/*'] } }", "not what is ignored", branch("wip/x"), false],
    ["pull_request", "an opened one", pull("opened"), true],
    ["{ pull_request: { types: [synchronize] } }", "only the named actions", pull("opened"), false],
    ["{ pull_request: { branches: [release] } }", "only into the named branches", pull("opened"), false],
    ["workflow_dispatch", "nothing", branch("main"), false],
  ];
  for (const [on, what, origin, expected] of cases) {
    it(`on: ${on} takes ${what}`, () => {
      const workflow = parseWorkflowFile(workflowLibrary(), "a.yml", `on: ${on}\n${jobs}`);
      assert.equal(isTriggered(workflow, origin), expected);
    });
  }

  it("patterns stop at a slash unless they are doubled", () => {
    assert.equal(matchesFilter("v*", "v1/a"), false);
    assert.equal(matchesFilter("v**", "v1/a"), true);
    assert.equal(matchesFilter("v1.0", "v1x0"), false);
  });

  it("a fork waits by policy and by what its author did before; a branch of one's own never", () => {
    assert.equal(needsApproval("all_external_contributors", { fork: true, firstTime: false }), true);
    assert.equal(needsApproval("first_time_contributors", { fork: true, firstTime: false }), false);
    assert.equal(needsApproval("first_time_contributors", { fork: true, firstTime: true }), true);
    assert.equal(needsApproval("all_external_contributors", { fork: false, firstTime: true }), false);
  });
});

describe("pull requests and pushes at the emulator", function () {
  this.timeout(30_000);
  const here = { owner, repo };
  let emulator: TestEmulator;
  before(async () => {
    // Approval for forks is a setting of public repositories.
    emulator = await TestEmulator.start((seed) => ({ ...seed, repository: { ...seed.repository, private: false } }));
    const operator = await emulator.client();
    const { data: key } = await operator.actions.getRepoPublicKey(here);
    await operator.actions.createOrUpdateRepoSecret({
      ...here,
      secret_name: "PLANTED",
      encrypted_value: await seal(key.key, "planted-value"),
      key_id: key.key_id,
    });
    await operator.request("PUT /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval", {
      ...here,
      approval_policy: "all_external_contributors",
    });
  });
  after(() => emulator.stop());

  const greedy = `
on: pull_request
permissions: write-all
jobs:
  take:
    runs-on: ubuntu-latest
    steps:
      - run: echo "secret [\${{ secrets.PLANTED }}] event \${{ github.event_name }} head \${{ github.head_ref }} fork \${{ github.event.pull_request.head.repo.fork }}"
`;
  const started = async (body: object): Promise<{ id: number; workflow: string; waits: boolean }[]> =>
    (await emulator.admin("POST", "pull-request", body)) as { id: number; workflow: string; waits: boolean }[];
  const over = (id: number): Promise<string> =>
    until("the run is over", 15_000, () => {
      const run = emulator.services.store.state.actions.runs.find((known) => known.id === id);
      return run?.conclusion === "action_required" ? undefined : run?.conclusion;
    });
  const logOf = (runId: number): string =>
    emulator.services.store.state.actions.jobs
      .filter((job) => job.runId === runId)
      .map((job) => emulator.services.logs.read(job.id) ?? "")
      .join("");
  const tokens: string[] = [];
  const request = { number: 7, branch: "topic", login: "stranger", files: { "greedy.yml": greedy } };

  it("a fork's run waits for approval, then gets neither secret nor a token that writes", async () => {
    const [run] = await started({ ...request, fork: true, firstTime: false });
    assert.deepEqual([run?.workflow, run?.waits], ["greedy.yml", true]);
    const id = run?.id ?? 0;
    const operator = await emulator.client();
    const { data } = await operator.actions.getWorkflowRun({ ...here, run_id: id });
    assert.deepEqual([data.status, data.conclusion, data.event], ["completed", "action_required", "pull_request"]);
    assert.equal(emulator.services.store.state.actions.jobs.filter((job) => job.runId === id).length, 0);
    const stop = emulator.services.store.onChange(() => {
      tokens.push(...emulator.services.store.state.tokens.map(({ permissions }) => JSON.stringify(permissions)));
    });
    await operator.actions.approveWorkflowRun({ ...here, run_id: id });
    assert.equal(await over(id), "success");
    stop();
    assert.match(logOf(id), /secret \[\] event pull_request head topic fork true/);
    assert.ok(tokens.length > 0);
    assert.ok(!tokens.some((permissions) => permissions.includes("write")), tokens.join("\n"));
    await assert.rejects(operator.actions.approveWorkflowRun({ ...here, run_id: id }), { status: 403 });
  });

  it("a branch of the repository itself gets its secret, masked in the log", async () => {
    const [run] = await started({ ...request, fork: false });
    assert.equal(run?.waits, false);
    assert.equal(await over(run?.id ?? 0), "success");
    assert.match(logOf(run?.id ?? 0), /secret \[\*\*\*\]/);
  });

  it("a push starts what names it, and a file that cannot run is an event", async () => {
    const files = { "broken.yml": "on: pull_request\njobs: {}\n" };
    assert.deepEqual(await started({ ...request, files, fork: false }), []);
    const events = (await emulator.admin("GET", "events")) as { kind: string; file?: string }[];
    assert.ok(events.some(({ kind, file }) => kind === "workflow.refused" && file === "broken.yml"));
    assert.deepEqual(await emulator.admin("POST", "push", { branch: "main", login: "operator" }), []);
    await assert.rejects(emulator.admin("POST", "push", { login: "operator" }), /400/);
  });
});
