import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "@ghrunners/lab/github/workflows/records";
import { labLimits } from "@ghrunners/lab/github/workflows/engine-context";
import { until } from "@ghrunners/core/until";
import { EngineFixture } from "./engine-fixture";
import type { JobMessage } from "@ghrunners/lab/github/runner-protocol/messages";

const work = "steps: [{ run: x }]";
const lab = "runs-on: lab";

describe("the workflow engine", () => {
  let fixture: EngineFixture;
  beforeEach(() => {
    fixture = new EngineFixture();
  });
  afterEach(async () => {
    await fixture.close();
  });
  const conclusion = (runId: number): RunRecord["conclusion"] => fixture.run(runId).conclusion;

  it("queue: max runs every push in order, single cancels the one that waits", async () => {
    const text = (queue: string) =>
      `on: workflow_dispatch\nconcurrency: { group: G, queue: ${queue} }\njobs: { a: { ${lab}, ${work} } }`;
    await fixture.open({ "max.yml": text("max").replace("group: G", "group: deploy"), "single.yml": text("single") });
    const runner = fixture.addRunner("r", ["lab"]);
    const max = [1, 2, 3].map(() => fixture.dispatch("max.yml"));
    assert.deepEqual(
      max.map((id) => fixture.run(id).status),
      ["in_progress", "pending", "pending"],
    );
    for (const id of max) {
      fixture.finish(fixture.take(runner));
      assert.equal(conclusion(id), "success");
    }
    const single = [1, 2, 3].map(() => fixture.dispatch("single.yml"));
    assert.deepEqual(
      single.map((id) => fixture.run(id).conclusion ?? fixture.run(id).status),
      ["in_progress", "cancelled", "pending"],
    );
  });

  it("cancel-in-progress ends the run before it; a job's group is shared across workflows, without case", async () => {
    await fixture.open({
      "one.yml": `on: workflow_dispatch\njobs: { a: { ${lab}, concurrency: PROD, ${work} } }`,
      "two.yml": `on: workflow_dispatch\njobs: { b: { ${lab}, concurrency: { group: prod, cancel-in-progress: true }, ${work} } }`,
    });
    const runner = fixture.addRunner("r", ["lab"]);
    const first = fixture.dispatch("one.yml");
    const message = fixture.take(runner);
    const second = fixture.dispatch("two.yml");
    assert.deepEqual(fixture.show(second), { "b#1": "pending" });
    assert.equal(fixture.engine.report(message.jobId, []), true, "the worker is asked to cancel");
    fixture.finish(message);
    assert.equal(conclusion(first), "cancelled");
    assert.deepEqual(fixture.drain(runner), ["b"]);
    assert.equal(conclusion(second), "success");
  });

  it("calls a reusable workflow with inputs and secrets and hands its outputs on", async () => {
    await fixture.open({
      "caller.yml": `
on: workflow_dispatch
jobs:
  gate: { ${lab}, ${work} }
  call:
    needs: gate
    uses: ./.github/workflows/called.yml
    with: { target: "\${{ github.actor }}-prod" }
    secrets: { KEY: "\${{ secrets.DEPLOY }}" }
  after: { needs: call, ${lab}, ${work} }
`,
      "called.yml": `
on:
  workflow_call:
    inputs: { target: { type: string, required: true } }
    outputs: { made: { value: "\${{ jobs.build.outputs.from }}!" } }
jobs:
  build: { ${lab}, ${work} }
  ship: { needs: build, ${lab}, ${work} }
`,
    });
    const runner = fixture.addRunner("r", ["lab"]);
    const id = fixture.dispatch("caller.yml");
    fixture.finish(fixture.take(runner));
    const build = fixture.take(runner);
    assert.equal(build.name, "call / build");
    assert.deepEqual(build.contexts.inputs, { target: "operator-prod" });
    assert.deepEqual(Object.keys(build.contexts.secrets as object).sort(), ["GITHUB_TOKEN", "KEY"]);
    fixture.finish(build, "success", { from: "built" });
    fixture.finish(fixture.take(runner));
    const after = fixture.take(runner);
    assert.deepEqual(after.contexts.needs, { call: { result: "success", outputs: { made: "built!" } } });
    fixture.finish(after);
    assert.equal(conclusion(id), "success");
  });

  it("fails a call whose inputs do not fit, and skips what needs it", async () => {
    await fixture.open({
      "caller.yml": `on: workflow_dispatch\njobs:\n  call: { uses: ./.github/workflows/called.yml }\n  after: { needs: call, ${lab}, ${work} }\n`,
      "called.yml": `on: { workflow_call: { inputs: { target: { type: string, required: true } } } }\njobs: { a: { ${lab}, ${work} } }`,
    });
    const id = fixture.dispatch("caller.yml");
    assert.deepEqual(fixture.show(id), { "call#1": "failure", "after#1": "skipped" });
    assert.match(fixture.jobs(id)[0]?.annotations.join() ?? "", /Required input 'target' not provided/);
    assert.equal(conclusion(id), "failure");
  });

  it("a failed member of a matrix cancels the others, unless fail-fast is off; max-parallel holds", async () => {
    const text = (rest: string) =>
      `on: workflow_dispatch\njobs: { m: { ${lab}, strategy: { matrix: { v: [1, 2, 3] }${rest} }, ${work} } }`;
    await fixture.open({ "fast.yml": text(""), "slow.yml": text(", fail-fast: false, max-parallel: 1") });
    const runners = [fixture.addRunner("r1", ["lab"]), fixture.addRunner("r2", ["lab"])];
    const fast = fixture.dispatch("fast.yml");
    const [one, two] = runners.map((runner) => fixture.take(runner)) as [JobMessage, JobMessage];
    fixture.finish(one, "failure");
    assert.equal(fixture.engine.report(two.jobId, []), true);
    fixture.finish(two);
    assert.deepEqual(fixture.show(fast), { "m (1)#1": "failure", "m (2)#1": "cancelled", "m (3)#1": "cancelled" });
    const slow = fixture.dispatch("slow.yml");
    assert.equal(fixture.jobs(slow).filter((job) => job.status === "in_progress").length, 1);
    for (const verdict of ["failure", "success", "success"] as const) {
      const runner = runners.find((id) => fixture.engine.offered(id) !== undefined) as number;
      fixture.finish(fixture.take(runner), verdict);
    }
    assert.deepEqual(fixture.show(slow), { "m (1)#1": "failure", "m (2)#1": "success", "m (3)#1": "success" });
  });

  it("runs failed jobs again with what depends on them, and only those", async () => {
    await fixture.open({
      "ci.yml": `on: workflow_dispatch\njobs:\n  good: { ${lab}, ${work} }\n  bad: { ${lab}, ${work} }\n  next: { needs: [good, bad], ${lab}, ${work} }\n`,
    });
    const runner = fixture.addRunner("r", ["lab"]);
    const id = fixture.dispatch("ci.yml");
    fixture.drain(runner, (name) => (name === "bad" ? "failure" : "success"));
    assert.equal(conclusion(id), "failure");
    fixture.engine.rerun(id, { only: "failed", login: "operator" });
    assert.equal(fixture.run(id).attempt, 2);
    assert.deepEqual(fixture.drain(runner), ["bad", "next"]);
    assert.equal(conclusion(id), "success");
    assert.throws(() => fixture.engine.rerun(id, { only: "failed", login: "operator" }), /no failed jobs/);
  });

  it("takes a job back from a runner that does not take it, and gives up after a day in the queue", async () => {
    await fixture.open({ "ci.yml": `on: workflow_dispatch\njobs: { a: { ${lab}, ${work} } }` });
    const gone = fixture.addRunner("gone", ["lab"]);
    const id = fixture.dispatch("ci.yml");
    assert.ok(fixture.engine.offered(gone));
    fixture.services.presence.gone(gone);
    fixture.now += labLimits.acquireMilliseconds + 1_000;
    fixture.engine.tick();
    assert.deepEqual(fixture.show(id), { "a#1": "queued" });
    assert.equal(fixture.engine.acquire(gone, fixture.jobs(id)[0]?.id as number), undefined);
    fixture.now += labLimits.queueMilliseconds + 1_000;
    fixture.engine.tick();
    assert.equal(conclusion(id), "failure");
  });

  it("gives a job's GITHUB_TOKEN what the workflow permits, and takes it away at the end", async () => {
    await fixture.open({
      "ci.yml": `on: workflow_dispatch\npermissions: {}\njobs:\n  a: { ${lab}, permissions: { actions: write, contents: read }, ${work} }\n  b: { needs: a, ${lab}, ${work} }\n`,
    });
    const runner = fixture.addRunner("r", ["lab"]);
    fixture.dispatch("ci.yml");
    const first = fixture.take(runner);
    const tokens = () => fixture.services.store.state.tokens.map(({ permissions }) => permissions);
    assert.deepEqual(tokens(), [{ metadata: "read", actions: "write", contents: "read" }]);
    fixture.finish(first);
    assert.deepEqual(tokens(), []);
    assert.equal(fixture.engine.accepts(first.jobId, first.jobToken), false);
    fixture.take(runner);
    assert.deepEqual(tokens(), [{ metadata: "read" }]);
  });

  it("refuses workflows that GitHub refuses", async () => {
    await fixture.open({
      "push.yml": `on: push\njobs: { a: { ${lab}, ${work} } }`,
      "bad.yml": "jobs: 3",
      "deep.yml": "on: workflow_dispatch\njobs: { a: { uses: ./.github/workflows/push.yml } }",
    });
    const dispatch =
      (file: string, ref = "main") =>
      () =>
        fixture.engine.dispatch({ path: `.github/workflows/${file}`, ref, inputs: {}, login: "operator" });
    assert.throws(dispatch("push.yml"), { status: 422, message: "Workflow does not have 'workflow_dispatch' trigger" });
    assert.throws(dispatch("push.yml", "nowhere"), { status: 422, message: "No ref found for: nowhere" });
    assert.throws(dispatch("bad.yml"), { status: 422 });
    assert.throws(dispatch("deep.yml"), /push.yml is not a reusable workflow/);
    assert.equal(fixture.services.store.state.actions.runs.length, 0);
  });

  it("carries on after a restart of the emulator", async () => {
    await fixture.open({ "ci.yml": `on: workflow_dispatch\njobs: { a: { ${lab}, ${work} } }` });
    const runner = fixture.addRunner("r", ["lab"]);
    const id = fixture.dispatch("ci.yml");
    const message = fixture.take(runner);
    await fixture.engine.close();
    await fixture.open({});
    assert.equal(fixture.engine.accepts(message.jobId, message.jobToken), true);
    fixture.finish(message);
    assert.equal(conclusion(id), "success");
  });

  it("runs jobs for hosted labels itself, without its own environment, and leaves no folder", async () => {
    await fixture.open({
      "gate.yml": `on: workflow_dispatch
jobs:
  gate:
    runs-on: ubuntu-latest
    outputs: { labels: "\${{ steps.choose.outputs.labels }}" }
    steps:
      - id: choose
        run: |
          echo 'labels=["lab"]' >> "$GITHUB_OUTPUT"
          env | cut -d= -f1 | sort
  deploy: { needs: gate, runs-on: "\${{ fromJSON(needs.gate.outputs.labels) }}", ${work} }
  mac: { runs-on: macos-latest, ${work} }
`,
    });
    process.env.PLANTED_IN_THE_EMULATOR = "x";
    const runner = fixture.addRunner("r", ["lab"]);
    const id = fixture.dispatch("gate.yml");
    try {
      await until("the deploy job is offered", 10_000, () => fixture.engine.offered(runner));
    } finally {
      delete process.env.PLANTED_IN_THE_EMULATOR;
    }
    const gate = fixture.jobs(id).find(({ name }) => name === "gate");
    assert.equal(gate?.conclusion, "success");
    assert.equal(gate.runnerName, "GitHub Actions 1");
    const log = fixture.services.logs.read(gate.id) ?? "";
    assert.match(log, /GITHUB_WORKSPACE/);
    assert.doesNotMatch(log, /PLANTED_IN_THE_EMULATOR/);
    await until(
      "its folder is gone",
      5_000,
      () => readdirSync(path.join(fixture.folder, "state", "hosted")).length === 0,
    );
    const mac = fixture.jobs(id).find(({ name }) => name === "mac");
    assert.equal(mac?.status, "queued");
    assert.match(mac.annotations.join(), /"macos-latest" are not modelled/);
  });
});
