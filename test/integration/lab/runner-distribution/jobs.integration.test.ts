import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import sodium from "libsodium-wrappers";
import { until } from "@ghrunners/core/until";
import { JobRig, labels, onLab, workflow } from "./job-rig";

describe("jobs on the stand-in runner", function () {
  this.timeout(60_000);
  const jobs = new JobRig();
  afterEach(() => jobs.rig.close());

  it("runs steps with env and defaults, hands outputs to the jobs that need them, and keeps the log", async () => {
    await jobs.start({
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
    const runner = await jobs.rig.online("lab-1", labels);
    const run = await jobs.rig.completed(jobs.rig.dispatch("basic.yml", { who: "lab" }));
    assert.equal(run.conclusion, "success", JSON.stringify(jobs.rig.jobs(run.id)));
    assert.equal(run.displayTitle, "Greeting lab");
    const greet = jobs.rig.job(run.id, "greet");
    assert.deepEqual(
      jobs.steps(run.id, "greet").map((step) => step.split("\n")[0]),
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
    assert.match(jobs.rig.log(greet), /^\d{4}-\d\d-\d\dT[\d:.]+Z then job-set tool in sub on lab-1 event 1$/m);
    assert.match(
      jobs.rig.log(jobs.rig.job(run.id, "after")),
      /got hello lab\n.* one\n.* two\n.* operator refs\/heads\/main success$/m,
    );
    await until("it prints the result", 5_000, () =>
      runner.output.includes("Job after completed with result: Succeeded"),
    );
    assert.match(runner.output, /Running job: greet\n/);
  });

  it("fails with the step that failed; conditions decide what still runs", async () => {
    await jobs.start({
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
    await jobs.rig.online("lab-1", labels);
    const run = await jobs.rig.completed(jobs.rig.dispatch("fail.yml"));
    assert.equal(run.conclusion, "failure");
    assert.deepEqual(jobs.steps(run.id, "main"), [
      "Set up job: success",
      "soft: success",
      "hard: failure",
      "never: skipped",
      "on failure: success",
      "always: success",
      "Complete job: success",
    ]);
    assert.equal(jobs.rig.job(run.id, "main").outputs.seen, "failure-success");
    assert.ok(jobs.rig.job(run.id, "main").annotations.includes("Process completed with exit code 4."));
    assert.match(jobs.rig.log(jobs.rig.job(run.id, "main")), /status failure/);
    assert.equal(jobs.rig.job(run.id, "dependent").conclusion, "skipped");
    assert.equal(jobs.rig.job(run.id, "rescue").conclusion, "success");
  });

  it("masks secrets and ::add-mask::, drops outputs that hold one, keeps them out of every file", async () => {
    await jobs.start({
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
    const { keyId, key } = jobs.rig.services.secrets.publicKey(null);
    const box = sodium.crypto_box_seal(planted, new Uint8Array(Buffer.from(key, "base64")));
    jobs.rig.services.secrets.put(null, "DEPLOY_KEY", Buffer.from(box).toString("base64"), keyId);
    const runner = await jobs.rig.online("lab-1", labels);
    const run = await jobs.rig.completed(jobs.rig.dispatch("secret.yml"));
    const job = jobs.rig.job(run.id, "main");
    assert.equal(run.conclusion, "success", JSON.stringify(job));
    const log = jobs.rig.log(job);
    assert.match(log, /key is \*\*\*/);
    assert.match(log, /also \*\*\*/);
    assert.deepEqual(job.outputs, { fine: "yes" });
    const stored = readFileSync(path.join(jobs.rig.folder, "github", "state.json"), "utf8");
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
      readFileSync(path.join(jobs.rig.folder, "github", "events.jsonl"), "utf8"),
    ]) {
      assert.ok(
        !text.includes("s3cret-line-one") && !text.includes("second-secret-line") && !text.includes("made-up-here"),
      );
    }
  });

  it("runs the machine's hooks around a job; a failing one fails the job before its first step", async () => {
    await jobs.start({ "hook.yml": workflow(`  main: { ${onLab}, steps: [{ name: work, run: "touch worked" }] }\n`) });
    const started = path.join(jobs.rig.folder, "started.sh");
    const completed = path.join(jobs.rig.folder, "completed.sh");
    const verdict = path.join(jobs.rig.folder, "verdict");
    writeFileSync(
      started,
      `echo "guard sees $GITHUB_EVENT_NAME $GITHUB_REPOSITORY $GITHUB_JOB"; exit "$(cat ${verdict})"\n`,
    );
    writeFileSync(completed, `echo "cleaning $GITHUB_WORKSPACE"; rm -rf "$GITHUB_WORKSPACE"/* \n`);
    writeFileSync(verdict, "0");
    const runner = await jobs.rig.online("lab-1", labels, {
      ACTIONS_RUNNER_HOOK_JOB_STARTED: started,
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: completed,
    });
    const good = await jobs.rig.completed(jobs.rig.dispatch("hook.yml"));
    assert.equal(good.conclusion, "success");
    assert.deepEqual(jobs.steps(good.id, "main"), [
      "Set up job: success",
      "Set up runner: success",
      "work: success",
      "Complete runner: success",
      "Complete job: success",
    ]);
    assert.match(jobs.rig.log(jobs.rig.job(good.id, "main")), /guard sees workflow_dispatch octo-org\/demo-app main/);
    assert.ok(
      !existsSync(path.join(runner.dir, "_work/demo-app/demo-app/worked")),
      "the hook has cleaned the workspace",
    );
    writeFileSync(verdict, "9");
    const bad = await jobs.rig.completed(jobs.rig.dispatch("hook.yml"));
    assert.equal(bad.conclusion, "failure");
    assert.deepEqual(jobs.steps(bad.id, "main").slice(1, 4), [
      "Set up runner: failure",
      "work: skipped",
      "Complete runner: success",
    ]);
  });
});
