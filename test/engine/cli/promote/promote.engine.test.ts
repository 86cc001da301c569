import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PromotionRecord } from "@ghrunners/cli/promote/record";
import { promotionFolder } from "@ghrunners/cli/promote/store";
import { ensureLabStack } from "@ghrunners/lab/pulumi/stack";
import { labStack } from "@ghrunners/lab/pulumi/stack-files";
import type { Finished } from "@ghrunners/core/process";
import { apiOnlyLab, type ApiOnlyLab } from "../../cli/support/api-only-lab";
import { publishedSchema } from "../../../support/published-schema";

/** Production behind its gates, and rotation of a random secret, on the real engine. No machines here. */
describe("promotion on the real engine", () => {
  let lab: ApiOnlyLab;
  let repositories: string;
  /** Two repositories of one commit each, which git takes for the checkout's. */
  let here: { gitDir: string; commit: string };
  let elsewhere: { gitDir: string; commit: string };

  function repository(name: string): { gitDir: string; commit: string } {
    const person = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    const git = (...args: string[]): string => {
      const run = spawnSync("git", args, { cwd: repositories, encoding: "utf8" });
      assert.equal(run.status, 0, run.stderr);
      return run.stdout.trim();
    };
    git("init", "--quiet", name);
    git("-C", name, ...person, "commit", "--quiet", "--allow-empty", "--message", name);
    return { gitDir: path.join(repositories, name, ".git"), commit: git("-C", name, "rev-parse", "HEAD") };
  }

  before(async () => {
    repositories = mkdtempSync(path.join(tmpdir(), "ghr-promote-"));
    [here, elsewhere] = [repository("here"), repository("elsewhere")];
    lab = await apiOnlyLab("promo");
    for (const name of ["staging", "production"] as const) {
      const stack = labStack(lab.rehearsal.lab.instance, name);
      await ensureLabStack({ ...lab.rehearsal.session, stack }, () => undefined);
    }
  });
  after(async () => {
    rmSync(repositories, { recursive: true });
    await lab.close();
  });

  function inside(line: readonly string[], { gitDir } = here): Promise<Finished> {
    return lab.rehearsal.run(line, { env: { ...lab.rehearsal.session.env, GIT_DIR: gitDir } });
  }
  const ghrunners = (...args: string[]): Promise<Finished> => inside(["ghrunners", ...args]);
  const staging = (): Promise<Finished> =>
    ghrunners("promote", "staging", "--stack", labStack(lab.rehearsal.lab.instance, "staging"), "--json");
  const production = (...args: string[]): Promise<Finished> =>
    ghrunners(
      ...["promote", "production", "--stack", labStack(lab.rehearsal.lab.instance, "production"), "--json", ...args],
    );
  const recordOf = ({ stdout }: Finished): PromotionRecord => JSON.parse(stdout) as PromotionRecord;
  const folder = (): string => promotionFolder(lab.stack.env);

  it("wrong use is exit code 2", async () => {
    assert.match((await ghrunners("promote", "--help")).stdout, /^Usage: ghrunners promote/);
    assert.equal((await ghrunners("promote", "elsewhere")).code, 2);
    assert.equal((await production("--no-such-flag")).code, 2);
  });

  it("without a proof production is refused", async () => {
    const run = await production("--approved-by", "release-reviewer");
    assert.equal(run.code, 1, run.all);
    const record = recordOf(run);
    assert.equal(record.result, "refused");
    assert.deepEqual(
      record.gates.map(({ name, passed }) => `${name} ${passed}`),
      ["preview false"],
    );
    assert.match(run.stderr.replace(/\s+/g, " "), /has not proved this change: there is no proof/);
  });

  it("staging first, then production by its plan, approved by the reviewer", async () => {
    const proved = await staging();
    assert.equal(proved.code, 0, proved.all);
    const run = await production("--approved-by", "release-reviewer");
    assert.equal(run.code, 0, run.all);
    const record = recordOf(run);
    assert.equal(record.result, "promoted");
    assert.deepEqual(
      record.gates.map(({ name, passed }) => `${name} ${passed}`),
      ["preview", "approval", "update", "health"].map((name) => `${name} true`),
    );
    assert.deepEqual(
      [record.commit, record.operator, record.approvedBy],
      [here.commit, "platform-operator", "release-reviewer"],
    );
    assert.match(record.planSha256 ?? "", /^[0-9a-f]{64}$/);
  });

  it("a fresh proof is used again; an approval by the person who runs it, or by no reviewer, does not count", async () => {
    for (const login of ["platform-operator", "mallory"]) {
      const run = await production("--approved-by", login);
      assert.equal(run.code, 1, run.all);
      assert.equal(recordOf(run).gates.at(-1)?.name, "approval");
    }
  });

  it("refuses a proof for another commit, with the reason", async () => {
    const stack = labStack(lab.rehearsal.lab.instance, "production");
    const other = await inside(["pulumi", "preview", "--stack", stack], elsewhere);
    assert.notEqual(other.code, 0, other.all);
    const words = other.all.replace(/\s+/g, " ");
    assert.ok(words.includes(`the proof is for commit ${here.commit}, and this is ${elsewhere.commit}`), other.all);
    assert.match(words, /Next: pulumi up --stack \S+-staging from the same commit/);
  });

  it("every attempt is on record, by the published schema and without a secret", () => {
    const records = path.join(folder(), "records");
    const valid = addFormats(new Ajv({ strict: false })).compile(publishedSchema("promotion"));
    const texts = readdirSync(records).map((file) => readFileSync(path.join(records, file), "utf8"));
    assert.equal(texts.length, 4);
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
    const dry = await ghrunners("rotate", "session-secret", "--dry-run", "--json");
    assert.equal(dry.code, 0, dry.all);
    assert.equal(await value(), before);
    const applied = await ghrunners("rotate", "session-secret", "--apply", "--json");
    assert.equal(applied.code, 0, applied.all);
    assert.equal((JSON.parse(applied.stdout) as { applied: boolean }).applied, true);
    assert.notEqual(await value(), before);
    const second = await lab.rehearsal.up({}, "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
    for (const args of [["session-secret"], ["nothing", "--apply"], ["session-secret", "--apply", "--dry-run"]]) {
      assert.equal((await ghrunners("rotate", ...args)).code, 2);
    }
  });
});
