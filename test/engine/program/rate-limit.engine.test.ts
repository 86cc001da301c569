import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";
import { adminRequest } from "@ghrunners/lab/admin";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { socketOf } from "@ghrunners/lab/service";
import { first as complete } from "../../unit/program/repository-settings";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

/**
 * GitHub's provider sleeps until a used-up limit is reset, and no signal wakes it: a run has to be refused before. No
 * setting has changed here, so the preflight has nothing else to look at.
 */
describe("GitHub's rate limit, used up for an hour", function () {
  this.timeout(240_000);
  const settings: StackSettings = { ...complete, secrets: "[]" };
  let lab: ApiOnlyLab;

  before(async () => {
    lab = await apiOnlyLab("limit");
    const first = await lab.rehearsal.up(settings);
    assert.equal(first.code, 0, first.output);
    await fault("PUT", { seconds: 3600 });
  });
  after(() => lab.close());

  const fault = (method: "PUT" | "DELETE", body?: object): Promise<unknown> =>
    adminRequest(socketOf(lab.rehearsal.lab.instance, "github"), method, "/_lab/faults/rate-limited", body);

  function saysUntilWhen(said: string, began: number): void {
    const [, until = ""] =
      /seen 0 of 5000 requests left until (\S+), expected at least 100\. .* Next: the same command again after/.exec(
        said,
      ) ?? [];
    assert.ok(Date.parse(until) - began > 50 * 60_000, `the reset is said to be at "${until}":\n${said}`);
  }

  for (const args of [["preview"], ["up"], ["up", "--refresh", "--run-program"], ["refresh", "--run-program"]])
    it(`pulumi ${args.join(" ")} is refused with the time of the reset`, async () => {
      const began = Date.now();
      const run = await lab.rehearsal.pulumi(args, settings);
      assert.notEqual(run.code, 0, run.output);
      saysUntilWhen(run.output, began);
    });

  // Neither reaches a change: each says so before it touches the stack's configuration.
  for (const line of [
    ["rollback-runners", "--yes"],
    ["rollback-runners", "--dry-run"],
    ["rotate", "SESSION_SECRET", "--apply"],
  ])
    it(`ghrunners ${line.join(" ")} says so at once, and does not start Pulumi`, async () => {
      const file = stackFile(lab.rehearsal.stack);
      const [began, configuration] = [Date.now(), readFileSync(file, "utf8")];
      const run = await lab.rehearsal.run(["ghrunners", ...line]);
      assert.equal(run.code, 1, run.all);
      assert.ok(Date.now() - began < 45_000, `it took ${Date.now() - began} ms`);
      assert.match(run.stderr, /Pulumi was not started, because of the rate limit of ghrunners:githubToken/);
      assert.match(run.stderr, /or a token of another account: pulumi config set --secret ghrunners:githubToken/);
      saysUntilWhen(run.stderr, began);
      assert.equal(readFileSync(file, "utf8"), configuration);
    });

  it("makes a refresh without the program sleep, which Ctrl-C twice and pulumi cancel end", async () => {
    const { rehearsal } = lab;
    const [program = "", ...args] = rehearsal.commandLine(["refresh"]);
    const child = spawn(program, args, { cwd: projectRoot, env: rehearsal.session.env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
    const ended = new Promise((resolve) => child.once("close", resolve));
    await until("the refresh has begun", 60_000, () => /refreshing/.test(said));
    child.kill("SIGINT");
    await until("the first Ctrl-C was heard", 60_000, () => /cancel/i.test(said.split("refreshing").at(-1) ?? ""));
    child.kill("SIGINT");
    await ended;
    await capturePulumi(rehearsal.stack, ["cancel", "--yes"]);
  });

  it("ends, and the next run continues with nothing to repair", async () => {
    await fault("DELETE");
    const run = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(run.code, 0, run.output);
  });

  it("and a token that GitHub refuses is said once by a refresh, without a stack", async () => {
    await lab.rehearsal.withSecret("githubToken", "github_pat_of_nobody_at_all", async () => {
      const run = await lab.rehearsal.pulumi(["up", "--refresh", "--run-program"], settings);
      assert.notEqual(run.code, 0, run.output);
      // One resource, whose error Pulumi itself prints where it happens and once more at the end.
      const refusals = run.output.match(/refused to .*: 401, the token is wrong, expired or revoked/g) ?? [];
      assert.deepEqual(
        [...new Set(refusals)].map((refusal) => refusal.replace(/ \(.*/, "")),
        ["refused to read the repository"],
      );
      assert.match(run.output, /^ +1 errored$/m);
      assert.doesNotMatch(run.output, /^ +at .*\.(ts|js):/m);
    });
  });
});
