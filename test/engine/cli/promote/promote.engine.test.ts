import Ajv from "ajv";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { OVERRIDE_WORDS } from "@ghrunners/cli/promote/gate";
import type { StagingProof } from "@ghrunners/cli/promote/proof";
import type { PromotionRecord } from "@ghrunners/cli/promote/record";
import { promotionFolder, readProof, writeProof } from "@ghrunners/cli/promote/store";
import { nodeLine } from "@ghrunners/cli/node-line";
import { runProcess, type Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/cli/pulumi/stack";
import { apiOnlyLab, type ApiOnlyLab } from "../../../unit/cli/support/api-only-lab";

/** Production behind its gates, and rotation of a random secret, on the real engine. No machines here. */
describe("promotion on the real engine", () => {
  let lab: ApiOnlyLab;
  const commit = "1111111111111111111111111111111111111111";

  before(async () => {
    lab = await apiOnlyLab("promo");
  });
  after(() => lab.close());

  function command(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return runProcess(nodeLine(file, ...args), {
      cwd: projectRoot,
      env: { ...process.env, GITHUB_SHA: commit, ...env },
    });
  }
  const promote = (...args: string[]): Promise<Finished> =>
    command("packages/cli/promote/main.ts", [...args, "--json"]);
  const up = (env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    command("packages/cli/pulumi/main.ts", ["up", "--suppress-outputs"], { STACK: "lab/production", ...env });
  const recordOf = ({ stdout }: Finished): PromotionRecord => JSON.parse(stdout) as PromotionRecord;
  const folder = (): string => promotionFolder(lab.stack);

  it("wrong use is exit code 2", async () => {
    assert.match((await promote("--help")).stdout, /^usage: npm run promote/);
    assert.equal((await promote("elsewhere")).code, 2);
    assert.equal((await promote("production", "--no-such-flag")).code, 2);
  });

  it("without a proof production is refused, by promote and by up alike", async () => {
    const run = await promote("production", "--no-staging");
    assert.equal(run.code, 1, run.all);
    const record = recordOf(run);
    assert.equal(record.result, "refused");
    assert.deepEqual(record.gates.at(-1), {
      name: "staging-proof",
      passed: false,
      detail: "there is no staging proof",
    });
    const direct = await up();
    assert.equal(direct.code, 1, direct.all);
    assert.match(direct.stderr, /no staging proof.*Next: npm run promote -- staging/s);
  });

  it("staging first, then production by its plan, approved by the reviewer", async () => {
    const run = await promote("production");
    assert.equal(run.code, 0, run.all);
    const record = recordOf(run);
    assert.equal(record.result, "promoted");
    assert.deepEqual(
      record.gates.map(({ name, passed }) => `${name} ${passed}`),
      ["commit", "staging-proof", "preview", "approval", "update", "health"].map((name) => `${name} true`),
    );
    assert.deepEqual(
      [record.commit, record.operator, record.approvedBy],
      [commit, "platform-operator", "release-reviewer"],
    );
    assert.match(record.planSha256 ?? "", /^[0-9a-f]{64}$/);
  });

  it("with the fresh proof again, and not by who runs it or who is no reviewer", async () => {
    for (const login of ["platform-operator", "mallory"]) {
      const run = await promote("production", "--no-staging", "--approved-by", login);
      assert.equal(run.code, 1, run.all);
      assert.equal(recordOf(run).gates.at(-1)?.name, "approval");
    }
    const direct = await up();
    assert.equal(direct.code, 0, direct.all);
  });

  it("a stale proof and one for another commit are refused; a sentence overrides", async () => {
    const proof = readProof(folder()) as StagingProof;
    writeProof(folder(), { ...proof, at: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    const stale = await promote("production", "--no-staging");
    assert.equal(stale.code, 1, stale.all);
    assert.match(recordOf(stale).gates.at(-1)?.detail ?? "", /25\.0 h old/);
    writeProof(folder(), proof);
    const other = await up({ GITHUB_SHA: "2222222222222222222222222222222222222222" });
    assert.equal(other.code, 1, other.all);
    assert.match(other.stderr, /and this is 2222/);
    const override = await up({ GITHUB_SHA: "2222", PROMOTE_OVERRIDE: OVERRIDE_WORDS });
    assert.equal(override.code, 0, override.all);
    assert.equal((await up({ GITHUB_SHA: "2222", PROMOTE_OVERRIDE: "yes" })).code, 1);
  });

  it("every attempt is on record, by the published schema and without a secret", () => {
    const records = path.join(folder(), "records");
    const schema = JSON.parse(
      readFileSync(path.join(projectRoot, "packages/cli/promote/record.schema.json"), "utf8"),
    ) as object;
    const valid = addFormats(new Ajv({ strict: false })).compile(schema);
    const texts = readdirSync(records).map((file) => readFileSync(path.join(records, file), "utf8"));
    assert.equal(texts.length, 5);
    for (const text of texts) {
      assert.ok(valid(JSON.parse(text)), JSON.stringify(valid.errors));
      const { proxmoxToken, githubToken, reviewerToken } = lab.rehearsal.lab.secrets;
      for (const secret of [proxmoxToken, githubToken, reviewerToken]) assert.ok(!text.includes(secret));
    }
  });

  it("rotation of a random secret: a dry run changes nothing, an applied one makes a new value", async () => {
    const first = await lab.rehearsal.up();
    assert.equal(first.code, 0, first.output);
    const value = (): Promise<string> => lab.fingerprint("lab", "SESSION_SECRET");
    const before = await value();
    const dry = await command("packages/cli/rotate/main.ts", ["session-secret", "--dry-run", "--json"]);
    assert.equal(dry.code, 0, dry.all);
    assert.equal(await value(), before);
    const applied = await command("packages/cli/rotate/main.ts", ["session-secret", "--apply", "--json"]);
    assert.equal(applied.code, 0, applied.all);
    assert.equal((JSON.parse(applied.stdout) as { applied: boolean }).applied, true);
    assert.notEqual(await value(), before);
    const second = await lab.rehearsal.up({}, "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
    for (const args of [["session-secret"], ["nothing", "--apply"], ["session-secret", "--apply", "--dry-run"]]) {
      assert.equal((await command("packages/cli/rotate/main.ts", args)).code, 2);
    }
  });
});
