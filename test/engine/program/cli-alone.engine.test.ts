import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { readCheckout } from "@ghrunners/core/promotion/checkout";
import { type Proof, proofVersion, settingsDigest } from "@ghrunners/core/promotion/proof";
import { guardOverrides, promotionOverrides } from "@ghrunners/core/vocabulary/safety";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const stack = "lab-cli";
/** Its state is written by hand: what production reads of it is the output `proof` alone. */
const staging = "lab-cli-staging";
/** In another state than the lab's, of which only a login knows. */
const loggedIn = "lab-cli-login";

/** What a person types, on the lab's two APIs: nothing here but `pulumi`. */
describe("pulumi alone", () => {
  let lab: ApiOnlyLab;

  before(async () => {
    lab = await apiOnlyLab("cli");
  });
  after(async () => {
    for (const name of [stack, staging, loggedIn])
      rmSync(path.join(projectRoot, `Pulumi.${name}.yaml`), { force: true });
    await lab.close();
  });

  function pulumi(
    args: readonly string[],
    { input, env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Finished> {
    return lab.rehearsal.run(["pulumi", ...args], { env: { ...lab.rehearsal.session.env, ...env }, input });
  }
  async function succeeds(...args: string[]): Promise<Finished> {
    const run = await pulumi(args);
    assert.equal(run.code, 0, `pulumi ${args.join(" ")}\n${run.all}`);
    return run;
  }
  async function refused(env: NodeJS.ProcessEnv, ...words: RegExp[]): Promise<void> {
    const run = await pulumi(["preview", "--stack", stack], { env });
    assert.notEqual(run.code, 0, run.all);
    for (const expected of words) assert.match(run.all.replace(/\s+/g, " "), expected);
    assert.deepEqual(await machines(), []);
  }
  const set = (key: string, value: string): Promise<Finished> =>
    succeeds("config", "set", "--stack", stack, "--path", `ghrunners:${key}`, value);
  const unset = (key: string): Promise<Finished> =>
    succeeds("config", "rm", "--stack", stack, "--path", `ghrunners:${key}`);

  const settings = {
    repository: "octo-org/demo-app",
    runnerVersion: "2.336.0",
    runnerArchive: null,
    templateId: 9000,
    hosts: "skip",
  };
  const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

  /** What an update of staging would leave in its state. */
  async function stagingExports(outputs: { proof?: Proof }): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-staging-"));
    const file = path.join(folder, "state.json");
    const root = { urn: `urn:pulumi:${staging}::ghrunners::pulumi:pulumi:Stack::ghrunners-${staging}`, custom: false };
    const resources = [{ ...root, type: "pulumi:pulumi:Stack", outputs }];
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest: { time: hoursAgo(0) }, resources } }));
    await succeeds("stack", "import", "--stack", staging, "--file", file);
    rmSync(folder, { recursive: true });
  }

  async function machines(): Promise<number[]> {
    const vms = (await lab.rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[];
    return vms.map(({ vmid }) => vmid).filter((vmid) => vmid !== 9000);
  }

  it("login --local takes this machine for the state", async () => {
    const home = mkdtempSync(path.join(tmpdir(), "ghr-login-"));
    const env: NodeJS.ProcessEnv = {
      ...lab.rehearsal.session.env,
      HOME: home,
      PULUMI_HOME: path.join(home, ".pulumi"),
    };
    delete env.PULUMI_BACKEND_URL;
    const run = await lab.rehearsal.run(["pulumi", "login", "--local"], { env });
    rmSync(home, { recursive: true });
    assert.equal(run.code, 0, run.all);
    assert.match(run.all, /Logged in to .* \(file:\/\/~\)/);
  });

  it("stack init and config set make a stack; secrets go in by standard input", async () => {
    await succeeds("stack", "init", stack, "--secrets-provider", "passphrase", "--no-select");
    const { proxmoxEndpoint, githubUrl, secrets } = lab.rehearsal.lab;
    const settings: Record<string, string> = {
      environment: "production",
      hosts: "skip",
      "proxmox.endpoint": proxmoxEndpoint,
      "proxmox.node": "pve-lab",
      "proxmox.templateId": "9000",
      "github.url": githubUrl,
      "github.repository": "octo-org/demo-app",
      "github.writeDelayMs": "0",
      "network.gateway": "198.51.100.1",
      "network.adminCidr": "198.51.100.1/32",
      "runners[0].role": "primary",
      "runners[0].name": "cli-runner",
      "runners[0].vmId": "181",
      "runners[0].address": "198.51.100.81",
      "vm.cores": "1",
      "vm.memoryMiB": "1024",
      "vm.diskGiB": "4",
      "deployment.reviewers[0]": "release-reviewer",
      "deployment.branches[0]": "main",
    };
    for (const [key, value] of Object.entries(settings)) await set(key, value);
    for (const key of ["proxmoxToken", "githubToken", "sshPrivateKey"] as const) {
      const done = await pulumi(["config", "set", "--stack", stack, "--secret", `ghrunners:${key}`], {
        input: secrets[key],
      });
      assert.equal(done.code, 0, done.all);
    }
  });

  it("a login, and no variable, tells pulumi and ghrunners where the state is", async () => {
    const home = mkdtempSync(path.join(tmpdir(), "ghr-login-"));
    try {
      const { env: usual } = lab.rehearsal.session;
      const pulumiHome = path.join(home, ".pulumi");
      const env: NodeJS.ProcessEnv = { ...usual, HOME: home, PULUMI_HOME: pulumiHome };
      delete env.PULUMI_BACKEND_URL;
      delete env.PULUMI_STACK;
      for (const folder of [pulumiHome, path.join(home, "state")]) mkdirSync(folder);
      symlinkSync(path.join(usual.PULUMI_HOME ?? "", "plugins"), path.join(pulumiHome, "plugins"));
      const here = async (...line: string[]): Promise<string> => {
        const run = await lab.rehearsal.run(line, { env });
        assert.equal(run.code, 0, `${line.join(" ")}\n${run.all}`);
        return run.stdout;
      };
      await here("pulumi", "login", `file://${home}/state`);
      copyFileSync(path.join(projectRoot, `Pulumi.${stack}.yaml`), path.join(projectRoot, `Pulumi.${loggedIn}.yaml`));
      await here("pulumi", "stack", "init", loggedIn, "--secrets-provider", "passphrase");
      assert.match(await here("pulumi", "preview"), new RegExp(`Previewing update \\(${loggedIn}\\)`));
      const { environment } = JSON.parse(await here("ghrunners", "resume", "--json")) as { environment: string };
      assert.equal(environment, "production");
      const elsewhere = await lab.rehearsal.run(["ghrunners", "resume", "--json", "--stack", loggedIn]);
      assert.match(elsewhere.all, /no stack named/);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("preview reports the refusals of all guards at once", async () => {
    await set("safety.protect", "false");
    await set("agent.extraLabels[0]", "ubuntu-latest");
    const { setting, words } = guardOverrides["production-vm-protected"];
    await refused(
      {},
      /runner-labels-exclusive: Runner cli-runner has the label "ubuntu-latest"/,
      new RegExp(
        `production-vm-protected: .*pulumi config set --stack \\S+ --path 'ghrunners:safety.${setting}' '${words}'`,
      ),
    );
    await unset("agent.extraLabels");
  });

  it("an override in words turns a guard's refusal into a warning", async () => {
    const { setting, words } = guardOverrides["production-vm-protected"];
    await set(`safety.${setting}`, words);
    const { all } = await succeeds("preview", "--stack", stack);
    assert.match(all, /warning: production-vm-protected: .*Allowed by ghrunners:safety\.allowUnprotectedVm/);
  });

  it("preview refuses environment variables that would direct the GitHub provider to another owner", async () => {
    await refused({ GITHUB_OWNER: "mallory" }, /GITHUB_OWNER: it is "mallory".*Next: unset GITHUB_OWNER/);
    const app = { GITHUB_APP_ID: "7", GITHUB_APP_INSTALLATION_ID: "8", GITHUB_APP_PEM_FILE: "planted" };
    await refused(app, /would work as that app.*Next: unset GITHUB_APP_ID/);
    const fine = { GITHUB_OWNER: "octo-org", GITHUB_TOKEN: "another", GITHUB_BASE_URL: "https://elsewhere.example/" };
    const run = await pulumi(["preview", "--stack", stack], { env: fine });
    assert.equal(run.code, 0, run.all);
  });

  it("preview refuses what the stack in promotion.from has not proved, and takes what it has", async () => {
    const { id: commit } = readCheckout(projectRoot);
    const good: Proof = {
      ...{ version: proofVersion, stack: staging, at: hoursAgo(1), commit, settings, healthy: true, gate: null },
      ...{ settingsDigest: settingsDigest(settings), smoke: null },
    };
    await set("promotion.from", staging);
    // This checkout may have changes of its own, and another test may not.
    await set(`safety.${promotionOverrides.commit.setting}`, promotionOverrides.commit.words);
    await refused({}, new RegExp(`unknown stack.*${staging}`));
    await succeeds("stack", "init", staging, "--secrets-provider", "passphrase", "--no-select");
    await stagingExports({});
    await refused({}, /has not proved this change: there is no proof\./);
    await stagingExports({ proof: { ...good, at: hoursAgo(30), commit: "0".repeat(40), healthy: false } });
    const { setting, words } = promotionOverrides.proof;
    await refused(
      {},
      /the proof is 30\.0 h old, expected at most 24 h; the proof is for commit 0{40}, and this is .*was not healthy/,
      new RegExp(`Next: pulumi up --stack ${staging} .* 'ghrunners:safety.${setting}' '${words}'`),
    );
    // Without a version of its own the stack would take the proved one.
    await set("agent.version", settings.runnerVersion);
    const other = { ...settings, runnerVersion: "2.335.0" };
    await stagingExports({ proof: { ...good, settings: other, settingsDigest: settingsDigest(other) } });
    await refused({}, /other settings \(runnerVersion "2\.335\.0" there, "2\.336\.0" here\)/);
    await set(`safety.${setting}`, words);
    const { all } = await succeeds("preview", "--stack", stack);
    assert.match(all.replace(/\s+/g, " "), /warning: promotion: The stack lab-cli-staging has not proved this change/);
    await unset(`safety.${setting}`);
    await stagingExports({ proof: good });
    await succeeds("preview", "--stack", stack);
  });

  it("up makes the machine, and a second one changes nothing", async () => {
    await succeeds("up", "--stack", stack, "--yes");
    assert.deepEqual(await machines(), [181]);
    await succeeds("up", "--stack", stack, "--yes", "--expect-no-changes");
  });

  it("refresh sees nothing new, and stack export shows no secret", async () => {
    await succeeds("refresh", "--stack", stack, "--yes", "--expect-no-changes");
    const { stdout } = await succeeds("stack", "export", "--stack", stack);
    const { githubToken, proxmoxToken } = lab.rehearsal.lab.secrets;
    for (const secret of [githubToken, proxmoxToken]) assert.ok(!stdout.includes(secret));
  });

  it("destroy takes everything away, without the program and with it", async () => {
    // The VM of production is protected by its setting; this one says in words that it need not be.
    await succeeds("destroy", "--stack", stack, "--yes");
    assert.deepEqual(await machines(), []);
    await succeeds("up", "--stack", stack, "--yes", "--skip-preview");
    assert.deepEqual(await machines(), [181]);
    // What a preview would refuse does not hold up a destroy.
    await stagingExports({});
    await succeeds("destroy", "--stack", stack, "--yes", "--run-program");
    assert.deepEqual(await machines(), []);
  });
});
