import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { choose } from "@ghrunners/failover/choice/choose";
import type { Records } from "@ghrunners/deploy/target/history";
import type { DeployerOutcome } from "@ghrunners/deploy/deployer/carry-out";
import type { Criteria } from "@ghrunners/cli/review/criteria";
import type { ReviewDocument } from "@ghrunners/cli/review/document";
import type { DeploymentList } from "@ghrunners/cli/review/list";
import { deployDirectly } from "@ghrunners/lab/driver/demo-app";
import { labExec } from "@ghrunners/lab/driver/exec";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { policy } from "../../unit/failover/choice/support/runners";

async function deploy(version: string): Promise<Records | undefined> {
  const { stdout, all } = await labExec(...deployDirectly(version, "--json"));
  assert.notEqual(stdout, "", all);
  const result = JSON.parse(stdout) as DeployerOutcome;
  return result.kind === "over" ? result.records : undefined;
}

async function review<Value>(...args: string[]): Promise<Value> {
  const { code, stdout, all } = await labExec("ghrunners", "review", ...args, "--json");
  assert.equal(code, 0, all);
  return JSON.parse(stdout) as Value;
}

const valueOf = ({ sections }: ReviewDocument, label: string): string | null | undefined =>
  sections.flatMap(({ entries }) => entries).find((entry) => entry.label === label)?.value;

describe("documents about real deployments", () => {
  let success: Records;
  let failed: Records;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-review-"));
    await (await Rehearsal.open()).labCommand("host", "up", "app");
    // Whatever an earlier run left: one of the two is another version.
    success = ((await deploy("1")) ?? (await deploy("2"))) as Records;
    failed = (await deploy("3-half-broken")) as Records;
    assert.deepEqual([success.deployment.outcome, failed.deployment.outcome], ["succeeded", "rolled_back"]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("the list has both, the newest first", async () => {
    const { deployments, open } = await review<DeploymentList>("--list");
    assert.deepEqual(
      deployments.slice(0, 2).map(({ id, outcome }) => [id, outcome]),
      [
        [failed.deployment.id, "rolled_back"],
        [success.deployment.id, "succeeded"],
      ],
    );
    assert.deepEqual(open, []);
  });

  it("the review of the success and the post-mortem of the rollback say what the records say", async () => {
    const { id, durationSeconds } = success.deployment;
    const ofSuccess = await review<ReviewDocument>(id);
    assert.equal(valueOf(ofSuccess, "Took"), `${durationSeconds} s`);
    assert.equal(valueOf(ofSuccess, "Failure"), "none");
    assert.equal(valueOf(ofSuccess, "Chosen runner"), null);
    const ofRollback = await review<ReviewDocument>("latest", "--kind", "postmortem");
    assert.equal(ofRollback.deployment, failed.deployment.id);
    assert.equal(valueOf(ofRollback, "Took"), `${failed.rollback?.durationSeconds} s`);
    assert.equal(valueOf(ofRollback, "What was seen"), failed.deployment.failure?.detail);
    const timeline = ofRollback.sections.find(({ heading }) => heading === "Timeline")?.tables[0];
    assert.equal(timeline?.rows.length, failed.deployment.actions.length);
  });

  it("the checklist has the gate's decision when it is handed over, and goes into a file", async () => {
    const { environment } = success.deployment;
    const decision = choose([], { ...policy, environment }, new Date());
    const gate = path.join(folder, "gate.json");
    writeFileSync(gate, JSON.stringify(decision));
    const file = path.join(folder, "checklist.md");
    const words = [success.deployment.id, "--kind", "checklist", "--gate", gate, "--output", file];
    const { code, stdout, all } = await labExec("ghrunners", "review", ...words);
    assert.equal(code, 0, all);
    assert.equal(stdout, "");
    const text = readFileSync(file, "utf8");
    assert.match(text, /^- \[x\] The target passed the preflight: yes$/m);
    assert.match(text, /^- \[ \] A runner was chosen by both views: refused$/m);
    assert.ok(text.includes(`- Reason: ${decision.explanation}`), text);
  });

  it("there is no post-mortem of a success, and no document about an unknown deployment", async () => {
    const { code, stderr } = await labExec("ghrunners", "review", success.deployment.id, "--kind", "postmortem");
    assert.equal(code, 1);
    assert.match(stderr, /ended as succeeded, and nothing had to be undone/);
    const unknown = await labExec("ghrunners", "review", "20000101T000000Z-0000");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /No deployment "20000101T000000Z-0000" is recorded on app/);
    assert.equal((await labExec("ghrunners", "review", "--days", "0", "--list")).code, 2);
  });

  it("the success criteria are those of the target's records, and no secret is in what it keeps", async () => {
    const { stdout, all } = await labExec("ghrunners", "review", "--criteria", "--json");
    const { targets } = JSON.parse(stdout || all) as { targets: Criteria[] };
    const [one] = targets;
    const { deployments } = await review<DeploymentList>("--list");
    const ran = deployments.filter(({ outcome }) => outcome !== "refused" && outcome !== "cancelled");
    const good = ran.filter(({ outcome }) => outcome === "succeeded");
    assert.equal(one?.criteria[0]?.value, good.length / ran.length);
    assert.ok((one?.criteria[3]?.from ?? 0) >= 5, "records and forensics were looked at");
    assert.deepEqual(one?.secrets, []);
  });
});
