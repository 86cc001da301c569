import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { JobRig, labels, onLab, workflow } from "./job-rig";

describe("how jobs on the stand-in runner begin and end", function () {
  this.timeout(60_000);
  const jobs = new JobRig();
  afterEach(() => jobs.rig.close());

  it("cancels: the running step ends, always() still runs, no process is left", async () => {
    await jobs.start({
      "long.yml": workflow(`
  main:
    ${onLab}
    steps:
      - { name: wait, run: "sleep 300 & sleep 300" }
      - { name: never, run: "true" }
      - { name: always, if: always(), run: "echo cleaning up" }
  next: { needs: main, ${onLab}, steps: [{ run: "true" }] }
  report: { needs: main, if: always(), ${onLab}, steps: [{ run: "true" }] }
`),
    });
    await jobs.rig.online("lab-1", labels);
    const id = jobs.rig.dispatch("long.yml");
    await jobs.inProgress(id, "main", "wait");
    jobs.rig.engine.cancel(id, { force: false });
    const run = await jobs.rig.completed(id);
    assert.equal(run.conclusion, "cancelled");
    assert.deepEqual(jobs.steps(id, "main").slice(1, 4), ["wait: cancelled", "never: skipped", "always: success"]);
    assert.equal(jobs.rig.job(id, "main").conclusion, "cancelled");
    assert.equal(jobs.rig.job(id, "next").conclusion, "cancelled");
    assert.equal(jobs.rig.job(id, "report").conclusion, "success");
  });

  it("draining: SIGTERM to the service cancels the job and ends in time", async () => {
    await jobs.start({ "long.yml": workflow(`  main: { ${onLab}, steps: [{ name: wait, run: sleep 300 }] }\n`) });
    const runner = jobs.rig.unpack();
    await runner.configure(["--name", "lab-1", "--labels", "lab"]);
    runner.start(["bash", "./bin/runsvc.sh"]);
    await until("online", 10_000, () => jobs.rig.status("lab-1") === "online");
    const id = jobs.rig.dispatch("long.yml");
    await jobs.inProgress(id, "main", "wait");
    assert.equal(await runner.stop("SIGTERM"), 0);
    assert.match(runner.output, /Job main completed with result: Canceled/);
    assert.equal((await jobs.rig.completed(id)).conclusion, "cancelled");
  });

  it("ends a job that runs longer than timeout-minutes, and processes that a step leaves behind", async () => {
    await jobs.start({
      "limit.yml": workflow(`
  slow: { ${onLab}, timeout-minutes: 0.02, steps: [{ name: wait, run: sleep 300 }] }
  orphan: { ${onLab}, steps: [{ name: fork, run: "(setsid sleep 299 >/dev/null 2>&1 &) ; echo forked" }] }
  step: { ${onLab}, steps: [{ name: wait, timeout-minutes: 0.02, run: sleep 300 }] }
`),
    });
    await jobs.rig.online("lab-1", labels);
    const run = await jobs.rig.completed(jobs.rig.dispatch("limit.yml"));
    assert.equal(jobs.rig.job(run.id, "slow").conclusion, "cancelled");
    assert.match(jobs.rig.job(run.id, "slow").annotations.join(), /exceeded the maximum execution time/);
    assert.equal(jobs.rig.job(run.id, "step").conclusion, "failure");
    assert.match(
      jobs.rig.log(jobs.rig.job(run.id, "orphan")),
      /Terminate orphan process: pid \(\d+\) \((sleep|setsid|bash)\)/,
    );
  });

  it("waits for an approval, and refuses one by a user who may not give it", async () => {
    await jobs.start({
      "deploy.yml": workflow(`
  deploy:
    ${onLab}
    environment: { name: production, url: "https://example.test/\${{ steps.a.outputs.v }}" }
    steps: [{ id: a, run: "echo v=7 >> $GITHUB_OUTPUT" }]
`),
    });
    jobs.rig.services.store.change((state) => {
      state.environments.push({
        id: jobs.rig.services.store.nextId(),
        name: "production",
        createdAt: jobs.rig.services.store.now(),
        updatedAt: jobs.rig.services.store.now(),
        ruleIds: { waitTimer: 1, requiredReviewers: 2, branchPolicy: 3 },
        waitTimer: 0,
        reviewers: [{ type: "User", id: 3 }],
        preventSelfReview: true,
        canAdminsBypass: false,
        deploymentBranchPolicy: null,
        branchPolicies: [],
      });
    });
    await jobs.rig.online("lab-1", labels);
    const review = (runId: number, state: "approved" | "rejected", login: string) =>
      jobs.rig.engine.review({ runId, environments: ["production"], state, comment: "", login });
    const id = jobs.rig.dispatch("deploy.yml");
    assert.equal(jobs.rig.run(id).status, "waiting");
    assert.throws(() => review(id, "approved", "operator"), /operator is not a required reviewer of production/);
    review(id, "approved", "reviewer");
    assert.equal((await jobs.rig.completed(id)).conclusion, "success");
    assert.equal(jobs.rig.job(id, "deploy").environment?.url, "https://example.test/7");
    const rejected = jobs.rig.dispatch("deploy.yml");
    review(rejected, "rejected", "reviewer");
    assert.equal((await jobs.rig.completed(rejected)).conclusion, "failure");
    const own = jobs.rig.dispatch("deploy.yml", {}, "reviewer");
    assert.throws(
      () => review(own, "approved", "reviewer"),
      /cannot review a deployment to production that they triggered/,
    );
  });

  it("gives a job only to a runner with all its labels, oldest job first", async () => {
    await jobs.start({
      "labels.yml": workflow(`
  one: { runs-on: [self-hosted, primary], steps: [{ run: "true" }] }
  two: { runs-on: "\${{ fromJSON('[\\"self-hosted\\", \\"SECONDARY\\"]') }}", steps: [{ run: "true" }] }
  none: { runs-on: [self-hosted, primary, secondary], steps: [{ run: "true" }] }
`),
    });
    await jobs.rig.online("first", "self-hosted,primary");
    await jobs.rig.online("second", "self-hosted,secondary");
    const id = jobs.rig.dispatch("labels.yml");
    await until("both jobs are over", 10_000, () =>
      ["one", "two"].every((name) => jobs.rig.job(id, name).status === "completed"),
    );
    assert.equal(jobs.rig.job(id, "one").runnerName, "first");
    assert.equal(jobs.rig.job(id, "two").runnerName, "second");
    assert.equal(jobs.rig.job(id, "none").status, "queued");
    jobs.rig.engine.cancel(id, { force: false });
    assert.equal(jobs.rig.run(id).conclusion, "cancelled");
  });

  it("fails the job of a runner that vanished", async () => {
    await jobs.start(
      { "long.yml": workflow(`  main: { ${onLab}, steps: [{ name: wait, run: sleep 300 }] }\n`) },
      { limits: { lostRunnerMilliseconds: 3_000 } },
    );
    const runner = await jobs.rig.online("lab-1", labels);
    const id = jobs.rig.dispatch("long.yml");
    await jobs.inProgress(id, "main", "wait");
    // A machine that loses its network: listener and worker are frozen, so nothing is heard of them.
    const frozen = runner.tree();
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    const run = await jobs.rig.completed(id);
    assert.equal(run.conclusion, "failure");
    assert.match(
      jobs.rig.job(id, "main").annotations.join(),
      /The self-hosted runner: lab-1 lost communication with the server/,
    );
    for (const pid of frozen) process.kill(pid, "SIGCONT");
    await until("it takes jobs again", 20_000, () => runner.output.includes("Job main completed"));
  });

  it("carries on with a job while GitHub is down, and reports it afterwards", async () => {
    await jobs.start({
      "down.yml": workflow(
        `  main: { ${onLab}, steps: [{ name: wait, run: "while [ ! -e $HOME/go ]; do sleep 0.1; done; echo done waiting" }] }\n`,
      ),
    });
    const runner = await jobs.rig.online("lab-1", labels);
    const id = jobs.rig.dispatch("down.yml");
    await jobs.inProgress(id, "main", "wait");
    jobs.rig.services.faults.set("down", {});
    writeFileSync(path.join(runner.dir, "go"), "");
    await until("offline", 10_000, () => jobs.rig.status("lab-1") === "offline");
    jobs.rig.services.faults.clear("down");
    assert.equal((await jobs.rig.completed(id)).conclusion, "success");
    assert.match(jobs.rig.log(jobs.rig.job(id, "main")), /done waiting/);
  });
});
