import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { renderResult } from "@ghrunners/deploy/render";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";
import type { ExecutionResult } from "@ghrunners/deploy/target/executor";
import * as queries from "@ghrunners/deploy/target/queries";

const secret = `ghp_${"x".repeat(36)}`;

/** Everything that is looked at on a failure prints a secret too. */
class LeakingExecutor extends InProcessExecutor {
  override async run(line: readonly string[]): Promise<ExecutionResult> {
    if (line[0] === "leak") return { ok: false, stdout: "", detail: `leak: exit code 1: token ${secret}` };
    if (["journalctl", "ps", "systemctl", "df"].includes(line[0] ?? ""))
      return { ok: true, stdout: `${"a line\n".repeat(2_000)}Authorization: Bearer ${secret}\n`, detail: "" };
    return super.run(line);
  }
}

describe("a secret that a step or a check prints", function () {
  this.timeout(30_000);
  let target: LocalTarget;
  const agent = () => target.agent(undefined, new LeakingExecutor());
  beforeEach(async () => {
    target = new LocalTarget();
    await target.deploy(target.request("1"), agent());
  });
  afterEach(() => target.remove());

  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? files(file) : entry.isFile() ? [file] : [];
    });
  const failing = () => {
    const plan = target.plan();
    const leak = ["leak"];
    return {
      "a step": target.plan({
        steps: plan.steps.map((step) => (step.name === "start" ? { ...step, run: leak } : step)),
      }),
      "an undo": target.plan({
        steps: plan.steps.map((step) => (step.name === "start" ? { ...step, undo: leak } : step)),
      }),
      "a smoke test": target.plan({
        smoke: [{ name: "leak", attempts: 1, pauseSeconds: 0, probe: { kind: "command", run: leak } }],
      }),
    };
  };

  for (const name of ["a step", "an undo", "a smoke test"] as const)
    it(`stands in no file, on no console and in no summary (${name})`, async () => {
      const traits = name === "an undo" ? { halfBroken: true } : {};
      const records = await target.deploy(target.request("2", traits, failing()[name]), agent());
      assert.notEqual(records.deployment.outcome, "succeeded");
      const kept = files(path.join(target.root, "var"));
      assert.ok(
        kept.some((file) => file.includes("forensics")),
        "evidence is kept",
      );
      for (const file of kept) assert.equal(readFileSync(file, "utf8").includes(secret), false, file);
      const all = `${JSON.stringify([records, queries.show(agent())])}${renderResult({ kind: "over", records })}`;
      assert.equal(all.includes(secret), false);
      assert.match(all, /\[REDACTED github-token\]/);
    });

  it("cannot be looked for by others than the root user: records and evidence are not for them", async () => {
    await target.deploy(target.request("2", { unhealthy: true }), agent());
    const mode = (file: string): string => (lstatSync(file).mode & 0o7777).toString(8);
    const { records, forensics, state, metrics } = target.folders;
    for (const folder of [records, forensics, state]) {
      assert.equal(mode(folder), "700", folder);
      for (const file of files(folder)) assert.equal(mode(file), "600", file);
    }
    assert.equal(mode(metrics), "644", "the exporter reads the metrics");
  });
});
