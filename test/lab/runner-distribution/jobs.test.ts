import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import sodium from "libsodium-wrappers";
import { until } from "../../support/until";
import { Rig, type RigOptions } from "./rig";

const labels = "self-hosted,lab";
const onLab = "runs-on: [self-hosted, LAB]";
const workflow = (jobs: string, head = ""): string => `name: Test\non:\n  workflow_dispatch:\n${head}jobs:\n${jobs}`;

describe("jobs on the stand-in runner", function () {
  this.timeout(60_000);
  let rig: Rig;
  afterEach(async () => {
    await rig.close();
  });

  const start = async (workflows: Record<string, string>, options: Omit<RigOptions, "workflows"> = {}) => {
    rig = await Rig.start({ workflows, ...options });
    return rig;
  };
  const inProgress = (runId: number, name: string, step: string) =>
    until(`${name}: ${step} runs`, 10_000, () =>
      rig.job(runId, name).steps.some((known) => known.name === step && known.status === "in_progress"),
    );
  const steps = (runId: number, name: string): string[] =>
    rig.job(runId, name).steps.map((step) => `${step.name}: ${step.conclusion}`);

  it("runs steps with env and defaults, hands outputs to the jobs that need them, and keeps the log", async () => {
    await start({
      "basic.yml": `
name: Basic
run-name: Greeting \${{ inputs.who }}
on:
  workflow_dispatch:
    inputs:
      who: { type: string, default: world }
env: { GREETING: hello, LEVEL: workflow }
defaults: { run: { shell: bash, working-directory: sub } }
jobs:
  greet:
    ${onLab}
    env: { LEVEL: job }
    outputs:
      said: \${{ steps.say.outputs.text }}
      lines: \${{ steps.say.outputs.lines }}
    steps:
      - run: mkdir -p sub
        working-directory: .
      - id: say
        name: Say \${{ inputs.who }}
        env: { WHO: "\${{ inputs.who }}" }
        run: |
          echo "text=$GREETING $WHO" >> "$GITHUB_OUTPUT"
          { echo "lines<<END"; echo one; echo two; echo END; } >> "$GITHUB_OUTPUT"
          echo "LATER=$LEVEL-set" >> "$GITHUB_ENV"
          mkdir -p bin && printf '#!/bin/sh\\necho tool' > bin/tool && chmod +x bin/tool
          echo "$PWD/bin" >> "$GITHUB_PATH"
          echo "# Summary" >> "$GITHUB_STEP_SUMMARY"
      - shell: sh
        run: echo "then $LATER $(tool) in \${PWD##*/} on $RUNNER_NAME event $(grep -c '"who"' "$GITHUB_EVENT_PATH")"
  after:
    needs: greet
    ${onLab}
    defaults: { run: { working-directory: . } }
    steps:
      - run: printf '%s\\n' "got \${{ needs.greet.outputs.said }}" "\${{ needs.greet.outputs.lines }}" "$GITHUB_ACTOR $GITHUB_REF \${{ needs.greet.result }}"
`,
    });
    const runner = await rig.online("lab-1", labels);
    const run = await rig.completed(rig.dispatch("basic.yml", { who: "lab" }));
    assert.equal(run.conclusion, "success", JSON.stringify(rig.jobs(run.id)));
    assert.equal(run.displayTitle, "Greeting lab");
    const greet = rig.job(run.id, "greet");
    assert.deepEqual(
      steps(run.id, "greet").map((step) => step.split("\n")[0]),
      [
        "Set up job: success",
        "Run mkdir -p sub: success",
        "Say lab: success",
        `Run echo "then $LATER $(tool) in \${PWD##*/} on $RUNNER_NAME event $(grep -c '"who"' "$GITHUB_EVENT_PATH")": success`,
        "Complete job: success",
      ],
    );
    assert.equal(greet.runnerName, "lab-1");
    assert.equal(greet.summary, "# Summary\n");
    assert.match(rig.log(greet), /^\d{4}-\d\d-\d\dT[\d:.]+Z then job-set tool in sub on lab-1 event 1$/m);
    assert.match(
      rig.log(rig.job(run.id, "after")),
      /got hello lab\n.* one\n.* two\n.* operator refs\/heads\/main success$/m,
    );
    await until("it prints the result", 5_000, () =>
      runner.output.includes("Job after completed with result: Succeeded"),
    );
    assert.match(runner.output, /Running job: greet\n/);
  });

  it("fails with the step that failed; conditions decide what still runs", async () => {
    await start({
      "fail.yml": workflow(`
  main:
    ${onLab}
    outputs: { seen: "\${{ steps.soft.outcome }}-\${{ steps.soft.conclusion }}" }
    steps:
      - { id: soft, name: soft, run: exit 3, continue-on-error: true }
      - { name: hard, run: "false | exit 4" }
      - { name: never, run: "true" }
      - { name: on failure, if: failure(), run: "true" }
      - { name: always, if: always(), run: "echo status \${{ job.status }}" }
  dependent: { needs: main, ${onLab}, steps: [{ run: "true" }] }
  rescue: { needs: main, if: failure(), ${onLab}, steps: [{ run: "true" }] }
`),
    });
    await rig.online("lab-1", labels);
    const run = await rig.completed(rig.dispatch("fail.yml"));
    assert.equal(run.conclusion, "failure");
    assert.deepEqual(steps(run.id, "main"), [
      "Set up job: success",
      "soft: success",
      "hard: failure",
      "never: skipped",
      "on failure: success",
      "always: success",
      "Complete job: success",
    ]);
    assert.equal(rig.job(run.id, "main").outputs.seen, "failure-success");
    assert.ok(rig.job(run.id, "main").annotations.includes("Process completed with exit code 4."));
    assert.match(rig.log(rig.job(run.id, "main")), /status failure/);
    assert.equal(rig.job(run.id, "dependent").conclusion, "skipped");
    assert.equal(rig.job(run.id, "rescue").conclusion, "success");
  });

  it("masks secrets and ::add-mask::, drops outputs that hold one, keeps them out of every file", async () => {
    await start({
      "secret.yml": workflow(`
  main:
    ${onLab}
    outputs: { leak: "\${{ steps.a.outputs.leak }}", fine: "\${{ steps.a.outputs.fine }}" }
    steps:
      - id: a
        env: { KEY: "\${{ secrets.DEPLOY_KEY }}" }
        run: |
          echo "key is $KEY"
          drawn=$(printf 'made-%s-here' up)
          echo "::add-mask::$drawn"
          echo "also $drawn"
          echo "leak=$(tail -n 1 <<< "$KEY")" >> "$GITHUB_OUTPUT"
          echo "fine=yes" >> "$GITHUB_OUTPUT"
          echo "::error::$KEY is wrong"
`),
    });
    const planted = "s3cret-line-one\nsecond-secret-line";
    await sodium.ready;
    const { keyId, key } = rig.services.secrets.publicKey(null);
    const box = sodium.crypto_box_seal(planted, new Uint8Array(Buffer.from(key, "base64")));
    rig.services.secrets.put(null, "DEPLOY_KEY", Buffer.from(box).toString("base64"), keyId);
    const runner = await rig.online("lab-1", labels);
    const run = await rig.completed(rig.dispatch("secret.yml"));
    const job = rig.job(run.id, "main");
    assert.equal(run.conclusion, "success", JSON.stringify(job));
    const log = rig.log(job);
    assert.match(log, /key is \*\*\*/);
    assert.match(log, /also \*\*\*/);
    assert.deepEqual(job.outputs, { fine: "yes" });
    const stored = readFileSync(path.join(rig.folder, "github", "state.json"), "utf8");
    const { output: inFolder } = await runner.exec([
      "bash",
      "-c",
      "grep -rl -e s3cret-line -e second-secret . || echo nothing",
    ]);
    assert.equal(inFolder, "nothing\n");
    for (const text of [
      log,
      stored,
      runner.output,
      readFileSync(path.join(rig.folder, "github", "events.jsonl"), "utf8"),
    ]) {
      assert.ok(
        !text.includes("s3cret-line-one") && !text.includes("second-secret-line") && !text.includes("made-up-here"),
      );
    }
  });

  it("runs the machine's hooks around a job; a failing one fails the job before its first step", async () => {
    await start({ "hook.yml": workflow(`  main: { ${onLab}, steps: [{ name: work, run: "touch worked" }] }\n`) });
    const started = path.join(rig.folder, "started.sh");
    const completed = path.join(rig.folder, "completed.sh");
    const verdict = path.join(rig.folder, "verdict");
    writeFileSync(
      started,
      `echo "guard sees $GITHUB_EVENT_NAME $GITHUB_REPOSITORY $GITHUB_JOB"; exit "$(cat ${verdict})"\n`,
    );
    writeFileSync(completed, `echo "cleaning $GITHUB_WORKSPACE"; rm -rf "$GITHUB_WORKSPACE"/* \n`);
    writeFileSync(verdict, "0");
    const runner = await rig.online("lab-1", labels, {
      ACTIONS_RUNNER_HOOK_JOB_STARTED: started,
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: completed,
    });
    const good = await rig.completed(rig.dispatch("hook.yml"));
    assert.equal(good.conclusion, "success");
    assert.deepEqual(steps(good.id, "main"), [
      "Set up job: success",
      "Set up runner: success",
      "work: success",
      "Complete runner: success",
      "Complete job: success",
    ]);
    assert.match(rig.log(rig.job(good.id, "main")), /guard sees workflow_dispatch octo-org\/demo-app main/);
    assert.ok(
      !existsSync(path.join(runner.dir, "_work/demo-app/demo-app/worked")),
      "the hook has cleaned the workspace",
    );
    writeFileSync(verdict, "9");
    const bad = await rig.completed(rig.dispatch("hook.yml"));
    assert.equal(bad.conclusion, "failure");
    assert.deepEqual(steps(bad.id, "main").slice(1, 4), [
      "Set up runner: failure",
      "work: skipped",
      "Complete runner: success",
    ]);
  });

  it("cancels: the running step ends, always() still runs, no process is left", async () => {
    await start({
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
    await rig.online("lab-1", labels);
    const id = rig.dispatch("long.yml");
    await inProgress(id, "main", "wait");
    rig.engine.cancel(id, { force: false });
    const run = await rig.completed(id);
    assert.equal(run.conclusion, "cancelled");
    assert.deepEqual(steps(id, "main").slice(1, 4), ["wait: cancelled", "never: skipped", "always: success"]);
    assert.equal(rig.job(id, "main").conclusion, "cancelled");
    assert.equal(rig.job(id, "next").conclusion, "cancelled");
    assert.equal(rig.job(id, "report").conclusion, "success");
  });

  it("draining: SIGTERM to the service cancels the job and ends in time", async () => {
    await start({ "long.yml": workflow(`  main: { ${onLab}, steps: [{ name: wait, run: sleep 300 }] }\n`) });
    const runner = rig.unpack();
    await runner.configure(["--name", "lab-1", "--labels", "lab"]);
    runner.start(["bash", "./bin/runsvc.sh"]);
    await until("online", 10_000, () => rig.status("lab-1") === "online");
    const id = rig.dispatch("long.yml");
    await inProgress(id, "main", "wait");
    assert.equal(await runner.stop("SIGTERM"), 0);
    assert.match(runner.output, /Job main completed with result: Canceled/);
    assert.equal((await rig.completed(id)).conclusion, "cancelled");
  });

  it("ends a job that runs longer than timeout-minutes, and processes that a step leaves behind", async () => {
    await start({
      "limit.yml": workflow(`
  slow: { ${onLab}, timeout-minutes: 0.02, steps: [{ name: wait, run: sleep 300 }] }
  orphan: { ${onLab}, steps: [{ name: fork, run: "(setsid sleep 299 >/dev/null 2>&1 &) ; echo forked" }] }
  step: { ${onLab}, steps: [{ name: wait, timeout-minutes: 0.02, run: sleep 300 }] }
`),
    });
    await rig.online("lab-1", labels);
    const run = await rig.completed(rig.dispatch("limit.yml"));
    assert.equal(rig.job(run.id, "slow").conclusion, "cancelled");
    assert.match(rig.job(run.id, "slow").annotations.join(), /exceeded the maximum execution time/);
    assert.equal(rig.job(run.id, "step").conclusion, "failure");
    assert.match(rig.log(rig.job(run.id, "orphan")), /Terminate orphan process: pid \(\d+\) \((sleep|setsid|bash)\)/);
  });

  it("waits for an approval, and for nobody who may not give it", async () => {
    await start({
      "deploy.yml": workflow(`
  deploy:
    ${onLab}
    environment: { name: production, url: "https://example.test/\${{ steps.a.outputs.v }}" }
    steps: [{ id: a, run: "echo v=7 >> $GITHUB_OUTPUT" }]
`),
    });
    rig.services.store.change((state) => {
      state.environments.push({
        id: rig.services.store.nextId(),
        name: "production",
        createdAt: rig.services.store.now(),
        updatedAt: rig.services.store.now(),
        ruleIds: { waitTimer: 1, requiredReviewers: 2, branchPolicy: 3 },
        waitTimer: 0,
        reviewers: [{ type: "User", id: 3 }],
        preventSelfReview: true,
        canAdminsBypass: false,
        deploymentBranchPolicy: null,
        branchPolicies: [],
      });
    });
    await rig.online("lab-1", labels);
    const review = (runId: number, state: "approved" | "rejected", login: string) =>
      rig.engine.review({ runId, environments: ["production"], state, comment: "", login });
    const id = rig.dispatch("deploy.yml");
    assert.equal(rig.run(id).status, "waiting");
    assert.throws(() => review(id, "approved", "operator"), /operator is not a required reviewer of production/);
    review(id, "approved", "reviewer");
    assert.equal((await rig.completed(id)).conclusion, "success");
    assert.equal(rig.job(id, "deploy").environment?.url, "https://example.test/7");
    const rejected = rig.dispatch("deploy.yml");
    review(rejected, "rejected", "reviewer");
    assert.equal((await rig.completed(rejected)).conclusion, "failure");
    const own = rig.dispatch("deploy.yml", {}, "reviewer");
    assert.throws(
      () => review(own, "approved", "reviewer"),
      /cannot review a deployment to production that they triggered/,
    );
  });

  it("gives a job only to a runner with all its labels, oldest job first", async () => {
    await start({
      "labels.yml": workflow(`
  one: { runs-on: [self-hosted, primary], steps: [{ run: "true" }] }
  two: { runs-on: "\${{ fromJSON('[\\"self-hosted\\", \\"SECONDARY\\"]') }}", steps: [{ run: "true" }] }
  none: { runs-on: [self-hosted, primary, secondary], steps: [{ run: "true" }] }
`),
    });
    await rig.online("first", "self-hosted,primary");
    await rig.online("second", "self-hosted,secondary");
    const id = rig.dispatch("labels.yml");
    await until("both jobs are over", 10_000, () =>
      ["one", "two"].every((name) => rig.job(id, name).status === "completed"),
    );
    assert.equal(rig.job(id, "one").runnerName, "first");
    assert.equal(rig.job(id, "two").runnerName, "second");
    assert.equal(rig.job(id, "none").status, "queued");
    rig.engine.cancel(id, { force: false });
    assert.equal(rig.run(id).conclusion, "cancelled");
  });

  it("fails the job of a runner that vanished", async () => {
    await start(
      { "long.yml": workflow(`  main: { ${onLab}, steps: [{ name: wait, run: sleep 300 }] }\n`) },
      { limits: { lostRunnerMilliseconds: 3_000 } },
    );
    const runner = await rig.online("lab-1", labels);
    const id = rig.dispatch("long.yml");
    await inProgress(id, "main", "wait");
    // A machine that loses its network: listener and worker are frozen, so nothing is heard of them.
    const frozen = runner.tree();
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    const run = await rig.completed(id);
    assert.equal(run.conclusion, "failure");
    assert.match(
      rig.job(id, "main").annotations.join(),
      /The self-hosted runner: lab-1 lost communication with the server/,
    );
    for (const pid of frozen) process.kill(pid, "SIGCONT");
    await until("it takes jobs again", 20_000, () => runner.output.includes("Job main completed"));
  });

  it("carries on with a job while GitHub is down, and reports it afterwards", async () => {
    await start({
      "down.yml": workflow(
        `  main: { ${onLab}, steps: [{ name: wait, run: "while [ ! -e $HOME/go ]; do sleep 0.1; done; echo done waiting" }] }\n`,
      ),
    });
    const runner = await rig.online("lab-1", labels);
    const id = rig.dispatch("down.yml");
    await inProgress(id, "main", "wait");
    rig.services.faults.set("down", {});
    writeFileSync(path.join(runner.dir, "go"), "");
    await until("offline", 10_000, () => rig.status("lab-1") === "offline");
    rig.services.faults.clear("down");
    assert.equal((await rig.completed(id)).conclusion, "success");
    assert.match(rig.log(rig.job(id, "main")), /done waiting/);
  });
});
