import assert from "node:assert/strict";
import type { WorkflowRun } from "@ghrunners/core/github/workflow";
import { GitHubError } from "@ghrunners/core/github/errors";
import {
  type WorkflowClient,
  carryOut,
  assertWorkflow,
  type WorkflowRequest,
} from "@ghrunners/cli/workflow-run/follow";

const repository = "octo-org/demo-app";
const order: WorkflowRequest = {
  workflow: "proof.yml",
  inputs: { secret: "DEPLOY_KEY" },
  runners: [
    { name: "runner-1", labels: ["self-hosted", "primary"] },
    { name: "runner-2", labels: ["self-hosted", "secondary"] },
  ],
  limitSeconds: 0.1,
};

/** GitHub with one run that looks like this from its start. */
class Fake implements WorkflowClient {
  readonly dispatched: Readonly<Record<string, string>>[] = [];
  cancelled = 0;

  constructor(
    private readonly online: readonly string[],
    private readonly seen: Pick<WorkflowRun, "status" | "conclusion">,
    private readonly ranOn: readonly string[] = [],
  ) {}

  private get theRun(): WorkflowRun {
    return { id: 7, url: "https://github.example/runs/7", ...this.seen };
  }
  workflow(file: string): Promise<void> {
    return file === order.workflow ? Promise.resolve() : Promise.reject(new GitHubError("not there", 404));
  }
  runnerNamed(name: string) {
    return Promise.resolve({
      id: 1,
      name,
      online: this.online.includes(name),
      busy: false,
      labels: [],
      version: undefined,
    });
  }
  repository() {
    const owner = { login: "octo-org", kind: "person" as const };
    return Promise.resolve({ private: true, defaultBranch: "main", fullName: "octo-org/demo-app", owner });
  }
  dispatch(_workflow: string, _ref: string, inputs: Readonly<Record<string, string>>): Promise<void> {
    this.dispatched.push(inputs);
    return Promise.resolve();
  }
  runTitled(): Promise<WorkflowRun> {
    return Promise.resolve(this.theRun);
  }
  run(): Promise<WorkflowRun> {
    return Promise.resolve(this.theRun);
  }
  cancelRun(): Promise<void> {
    this.cancelled += 1;
    return Promise.resolve();
  }
  runnersOfRun(): Promise<string[]> {
    return Promise.resolve([...this.ranOn]);
  }
}

describe("a workflow that a command starts and follows", () => {
  const success = { status: "completed", conclusion: "success" };

  it("must be on the default branch; otherwise the error names the next command", async () => {
    await assertWorkflow(new Fake([], success), repository, "proof.yml", "do something else");
    await assert.rejects(
      assertWorkflow(new Fake([], success), repository, "other.yml", "do something else"),
      /^Error: octo-org\/demo-app has no workflow other\.yml on its default branch\. Expected .*Next: commit it, or do something else$/,
    );
  });

  it("goes to the first runner that is online", async () => {
    const github = new Fake(["runner-2"], success, ["runner-2"]);
    const { runner } = await carryOut(github, order);
    assert.equal(runner, "runner-2");
    assert.equal(github.dispatched[0]?.labels, '["self-hosted","secondary"]');
    assert.equal(github.dispatched[0]?.secret, "DEPLOY_KEY");
  });

  it("is not started without a runner that is online", async () => {
    const github = new Fake([], success);
    await assert.rejects(carryOut(github, order), /No runner is online at GitHub \(runner-1, runner-2\)/);
    assert.deepEqual(github.dispatched, []);
  });

  it("counts only when it succeeds on that runner", async () => {
    const failed = new Fake(["runner-1"], { status: "completed", conclusion: "failure" }, ["runner-1"]);
    await assert.rejects(carryOut(failed, order), /ended with failure on runner-1, expected success/);
    const elsewhere = new Fake(["runner-1"], success, ["stranger"]);
    await assert.rejects(carryOut(elsewhere, order), /success on stranger, expected success on runner-1/);
  });

  it("is cancelled when it does not end in time", async () => {
    const github = new Fake(["runner-1"], { status: "waiting", conclusion: undefined });
    await assert.rejects(carryOut(github, order), /is waiting after 0\.1 s, expected completed/);
    assert.equal(github.cancelled, 1);
  });
});
