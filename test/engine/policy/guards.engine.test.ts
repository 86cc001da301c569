import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { guardOverrides, type GuardName } from "@ghrunners/core/vocabulary/safety";
import { packConfiguration } from "@ghrunners/policy/pack-configuration";
import { projectRoot } from "@ghrunners/core/project-root";
import { parsePreview } from "@ghrunners/cli/blast-radius/preview";
import { blastRadius } from "@ghrunners/cli/blast-radius/radius";
import { renderRadius } from "@ghrunners/cli/blast-radius/render";
import { runProcess } from "@ghrunners/core/process";
import { ensureToolchain, type Toolchain, toolchainEnvironment } from "@ghrunners/lab/toolchain/index";
import { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

const program = path.join(__dirname, "program");
const names = Object.keys(guardOverrides) as GuardName[];

/** Guards that spoke in an output of the engine, by level. */
const spoke = (output: string, level: "mandatory" | "advisory"): string[] =>
  [
    ...new Set([...output.matchAll(new RegExp(`\\[${level}\\]\\s+([a-z-]+)`, "g"))].map(([, name = ""]) => name)),
  ].sort();

/** Guards by which the program itself refused. */
const refusedBy = (output: string): string[] =>
  names.filter((name) => output.includes(`has a problem: ${name}: `)).sort();

/** Guards of which the program only warned. */
const warnedBy = (output: string): string[] => names.filter((name) => output.includes(`warning: ${name}: `)).sort();

interface Judgement {
  readonly code: number;
  readonly output: string;
  /** Guards that spoke, by level. */
  readonly mandatory: readonly string[];
  readonly advisory: readonly string[];
}

describe("the guards on the real engine", function () {
  this.timeout(120_000);
  let folder: string;
  let toolchain: Toolchain;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-guards-"));
    mkdirSync(path.join(folder, "state"));
    writeFileSync(path.join(folder, "passphrase"), "long enough\n");
    toolchain = await ensureToolchain({ say: () => undefined });
    const made = await run(["stack", "init", "production", "--secrets-provider", "passphrase", "--no-select"], {});
    assert.equal(made.code, 0, made.all);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** `pulumi <args>` on the program that breaks every guard. */
  function run(args: readonly string[], env: NodeJS.ProcessEnv): ReturnType<typeof runProcess> {
    const own = {
      PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: path.join(folder, "passphrase"),
      ...env,
    };
    const whole = { ...process.env, ...toolchainEnvironment(toolchain), ...own };
    return runProcess(["pulumi", ...args], { cwd: program, env: whole });
  }

  async function judge(
    subcommand: "preview" | "up",
    config: Record<string, unknown>,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Judgement> {
    const file = path.join(folder, "Pulumi.production.yaml");
    writeFileSync(file, stringify({ config }));
    const yes = subcommand === "up" ? ["--yes", "--skip-preview"] : [];
    const levels = path.join(folder, "levels.json");
    writeFileSync(levels, JSON.stringify(packConfiguration("production", config)));
    const pack = ["--policy-pack", path.join(projectRoot, "policy"), "--policy-pack-config", levels];
    const line = [subcommand, ...yes, ...pack, "--stack", "production", "--config-file", file];
    const { code, all } = await run(line, env);
    return { code, output: all, mandatory: spoke(all, "mandatory"), advisory: spoke(all, "advisory") };
  }
  const emptyPassphrase = { PULUMI_CONFIG_PASSPHRASE: "" };
  const production = { "ghrunners:environment": "production" };
  const everyWord = Object.fromEntries(Object.values(guardOverrides).map(({ setting, words }) => [setting, words]));

  it("each one refuses, in a preview and in an update, before anything is made", async () => {
    for (const subcommand of ["preview", "up"] as const) {
      const { code, output, mandatory, advisory } = await judge(subcommand, production, emptyPassphrase);
      assert.notEqual(code, 0, output);
      assert.deepEqual(advisory, [], output);
      if (subcommand === "preview") assert.deepEqual(mandatory, [...names].sort(), output);
      else assert.ok(mandatory.length > 0, output);
      for (const name of mandatory) {
        const { setting, words } = guardOverrides[name as GuardName];
        assert.ok(output.includes(`pulumi config set --path 'ghrunners:safety.${setting}' '${words}'`), name);
      }
      assert.ok(!output.includes("planted-value"));
    }
    const { stdout } = await run(["stack", "export", "--stack", "production"], {});
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } };
    const made = (deployment.resources ?? []).map(({ type }) => type).filter((type) => type !== "pulumi:pulumi:Stack");
    assert.deepEqual(made, []);
  });

  it("each override in words turns the refusal into a remark that stays", async () => {
    const config = { ...production, "ghrunners:safety": everyWord };
    const { code, output, mandatory, advisory } = await judge("preview", config, emptyPassphrase);
    assert.equal(code, 0, output);
    assert.deepEqual([mandatory, advisory], [[], [...names].sort()], output);
  });

  it("an override holds for its own guard alone, and only in its words", async () => {
    const { setting, words } = guardOverrides["production-vm-protected"];
    const safety = { [setting]: words, [guardOverrides["repository-private"].setting]: "yes" };
    const { code, mandatory, advisory } = await judge("preview", { ...production, "ghrunners:safety": safety });
    assert.notEqual(code, 0);
    assert.deepEqual(advisory, ["production-vm-protected"]);
    // The passphrase is a good one here.
    const others = names.filter((name) => name !== "production-vm-protected" && name !== "passphrase-set");
    assert.deepEqual(mandatory, others.sort());
  });

  it("staging is only advised", async () => {
    const { code, output, mandatory, advisory } = await judge("preview", { "ghrunners:environment": "staging" });
    assert.equal(code, 0, output);
    assert.deepEqual(mandatory, []);
    assert.ok(advisory.includes("default-token-read-only") && advisory.includes("secrets-encrypted"), output);
  });

  it("a safe configuration passes without a message", async () => {
    const { code, output, mandatory, advisory } = await judge("preview", { ...production, "test:safe": true });
    assert.equal(code, 0, output);
    assert.deepEqual([mandatory, advisory], [[], []], output);
  });

  it("without its configuration the pack refuses, with the stack's name as the environment", async () => {
    const pack = path.join(projectRoot, "policy");
    const bare = ["preview", "--stack", "production", "--policy-pack", pack, "-c", "test:safe=false"];
    const { code, all } = await run(bare, {});
    assert.notEqual(code, 0);
    assert.match(all, /\[mandatory\]\s+production-vm-protected/);
  });
});

/** The types and inputs that the guards look for are those of the program itself. */
describe("the guards on the program, without machines", function () {
  this.timeout(240_000);
  const outerLab = process.env.GHRUNNERS_LAB;
  let rehearsal: Rehearsal;

  before(async () => {
    // Of its own for each run: a name decides the loopback ports.
    process.env.GHRUNNERS_LAB = `gd${process.pid}`;
    rehearsal = await Rehearsal.open("api-only");
  });
  after(async () => {
    await Rehearsal.close();
    if (outerLab === undefined) delete process.env.GHRUNNERS_LAB;
    else process.env.GHRUNNERS_LAB = outerLab;
  });

  it("the lab's configuration passes without a message", async () => {
    const run = await rehearsal.pulumi(["preview"]);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual([refusedBy(run.output), warnedBy(run.output)], [[], []]);
  });

  it("production without protection and with a label of others is refused by up: no machine is made", async () => {
    const unsafe = { environment: "production", "safety.protect": "false", "agent.extraLabels": "[ubuntu-latest]" };
    const run = await rehearsal.up(unsafe);
    assert.notEqual(run.code, 0, run.output);
    assert.deepEqual(refusedBy(run.output), ["production-vm-protected", "runner-labels-exclusive"], run.output);
    const vms = (await rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[];
    assert.deepEqual(
      vms.map(({ vmid }) => vmid),
      [9000],
    );
  });

  it("a VM without protection is refused; it and an environment without reviewers are let through in words", async () => {
    const unsafe = { environment: "production", "safety.protect": "false" };
    const refused = await rehearsal.pulumi(["preview"], unsafe);
    assert.deepEqual(refusedBy(refused.output), ["production-vm-protected"], refused.output);
    const { setting, words } = guardOverrides["production-vm-protected"];
    const nobody = guardOverrides["production-reviewed"];
    const both = {
      ...unsafe,
      [`safety.${setting}`]: words,
      "deployment.reviewers": "[]",
      [`safety.${nobody.setting}`]: nobody.words,
    };
    const allowed = await rehearsal.pulumi(["preview"], both);
    assert.equal(allowed.code, 0, allowed.output);
    assert.deepEqual(warnedBy(allowed.output), ["production-reviewed", "production-vm-protected"]);
  });

  it("the preview of an update says which runners it touches, and no secret", async () => {
    const up = await rehearsal.up();
    assert.equal(up.code, 0, up.output);
    const { output } = await rehearsal.pulumi(["preview", "--json", "--show-sames"], { "vm.cores": "2" });
    const preview = parsePreview(output);
    const radius = blastRadius(preview);
    assert.deepEqual(radius.runners, [
      { name: "lab-runner", operation: "update" },
      { name: "lab-runner-secondary", operation: "update" },
    ]);
    const text = renderRadius("x", preview, radius);
    for (const secret of Object.values(rehearsal.lab.secrets)) assert.ok(!text.includes(String(secret)));
  });
});
