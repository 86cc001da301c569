import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import type { InitReport } from "@ghrunners/cli/init/report";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { proxmoxCommands } from "@ghrunners/cli/setup/proxmox-commands";
import { topology } from "@ghrunners/lab/topology";
import type { ProxmoxSeed } from "@ghrunners/lab/proxmox/seed";
import { apiOnlyLab, type ApiOnlyLab } from "../support/api-only-lab";

const stack = "lab-first.day_2";
const other = "lab-first.other";
const file = path.join(projectRoot, `Pulumi.${stack}.yaml`);

/** The token's access list as the printed commands make it, role by role and path by path. */
function accessOf(commands: readonly string[]): ProxmoxSeed["tokens"][number]["acl"] {
  const text = commands.join("\n");
  const privileges = /pveum role add \S+ --privs '([^']+)'/.exec(text)?.[1]?.split(",") ?? [];
  const paths = [...text.matchAll(/^pveum acl modify '([^']+)' .*--tokens /gm)];
  return paths.map(([, where = ""]) => ({ path: where, privileges }));
}

/** A Proxmox VE on which nothing but the printed commands has been run. */
function asSetUp(usual: ProxmoxSeed): ProxmoxSeed {
  const { tokenId, storage } = topology.proxmox;
  const commands = proxmoxCommands({ tokenId, storage: storage.id, bridge: usual.bridge, pool: undefined });
  return { ...usual, tokens: usual.tokens.map((token) => ({ ...token, acl: accessOf(commands) })) };
}

describe("ghrunners init and setup on the two APIs", function () {
  this.timeout(300_000);
  let lab: ApiOnlyLab;
  let folder: string;
  let answersFile: string;

  before(async () => {
    lab = await apiOnlyLab("init", asSetUp);
    folder = mkdtempSync(path.join(tmpdir(), "ghr-init-"));
    answersFile = path.join(folder, "answers.yaml");
    const { secrets } = lab.rehearsal.lab;
    for (const key of ["proxmoxToken", "githubToken", "sshPrivateKey"] as const)
      writeFileSync(path.join(folder, key), secrets[key], { mode: 0o600 });
    answer();
  });
  after(async () => {
    for (const name of [stack, other]) rmSync(path.join(projectRoot, `Pulumi.${name}.yaml`), { force: true });
    rmSync(folder, { recursive: true, force: true });
    await lab.close();
  });

  /** Writes the answers file, with changes to the usual answers. */
  function answer(changes: Record<string, unknown> = {}): void {
    const { proxmoxEndpoint, githubUrl } = lab.rehearsal.lab;
    const answers = {
      environment: "production",
      hosts: "skip",
      // Node and template can be meant in one way alone.
      proxmox: { endpoint: proxmoxEndpoint },
      github: { url: githubUrl, repository: "octo-org/demo-app", writeDelayMs: 0 },
      network: { gateway: "198.51.100.1", adminCidr: "198.51.100.0/24" },
      runners: [{ role: "primary", name: "init-runner", vmId: 183, address: "198.51.100.83" }],
      vm: { cores: 1, memoryMiB: 1024, diskGiB: 4 },
      deployment: { reviewers: ["release-reviewer"], branches: ["main"] },
      secretFiles: { proxmoxToken: "proxmoxToken", githubToken: "githubToken", sshPrivateKey: "sshPrivateKey" },
      ...changes,
    };
    writeFileSync(answersFile, stringify(answers));
  }

  const run = (...line: string[]): Promise<Finished> => lab.rehearsal.run(line);
  async function init(...args: string[]): Promise<{ report: InitReport; code: number; all: string }> {
    const { code, stdout, all } = await run("ghrunners", "init", "--stack", stack, "--json", ...args);
    try {
      return { report: JSON.parse(stdout) as InitReport, code, all };
    } catch {
      throw new Error(all);
    }
  }
  async function stacks(): Promise<string[]> {
    const { stdout } = await run("pulumi", "stack", "ls", "--json");
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }
  async function isUntouched(): Promise<void> {
    assert.ok(!existsSync(file), "the stack's file was written");
    assert.ok(!(await stacks()).includes(stack), "the stack was created");
  }

  it("names every missing answer at once, and writes nothing", async () => {
    const { report, code } = await init();
    assert.equal(code, 1);
    assert.equal(report.result, "refused");
    const settings = report.findings.map(({ setting }) => setting);
    for (const needed of ["proxmox.endpoint", "proxmoxToken", "github.repository", "githubToken", "network.gateway"])
      assert.ok(settings.includes(needed), `${needed} is not in ${settings.join(", ")}`);
    for (const needed of ["sshPrivateKey", "network.adminCidr", "runners[0].name", "runners[0].address"])
      assert.ok(settings.includes(needed), `${needed} is not in ${settings.join(", ")}`);
    await isUntouched();
  });

  it("refuses a wrong token in words, and writes nothing", async () => {
    const wrong = path.join(folder, "wrong");
    writeFileSync(wrong, `${topology.proxmox.tokenId}=11111111-2222-3333-4444-555555555555`);
    const { report, code } = await init("--from", answersFile, "--secret-file", `proxmoxToken=${wrong}`);
    assert.equal(code, 1);
    assert.match(report.findings.map(({ reason }) => reason).join("\n"), /Proxmox VE refuses the API token \(401 /);
    writeFileSync(wrong, "github_pat_of_no_one");
    const github = await init("--from", answersFile, "--secret-file", `githubToken=${wrong}`);
    assert.equal(github.report.result, "refused");
    assert.match(
      github.report.findings.map(({ reason }) => reason).join("\n"),
      /401, the token is wrong, expired or revoked/,
    );
    await isUntouched();
  });

  it("refuses a VMID and an address that are in use", async () => {
    const taken = [
      { role: "primary", name: "init-runner", vmId: 9000, address: "198.51.100.83" },
      { role: "secondary", name: "other-runner", vmId: 183, address: "203.0.113.7" },
    ];
    answer({ runners: taken });
    const { report } = await init("--from", answersFile);
    answer();
    assert.equal(report.result, "refused");
    assert.deepEqual(
      report.findings
        .filter(({ isRefusal }) => isRefusal)
        .map(({ setting }) => setting)
        .sort(),
      ["runners[0].vmId", "runners[1].address"],
    );
    await isUntouched();
  });

  it("only looks with --check, and says what would change", async () => {
    const { report, code, all } = await init("--from", answersFile, "--check");
    assert.equal(code, 0, all);
    assert.equal(report.result, "checked");
    assert.ok(report.settings.includes("proxmox"), report.settings.join(", "));
    await isUntouched();
  });

  it("makes the stack, and its preview succeeds with what setup proxmox has printed", async () => {
    const { report, code, all } = await init("--from", answersFile);
    assert.equal(code, 0, all);
    assert.deepEqual([report.result, report.created], ["written", true]);
    assert.deepEqual([...report.secrets].sort(), ["githubToken", "proxmoxToken", "sshPrivateKey"]);
    const text = readFileSync(file, "utf8");
    assert.match(text, /templateId: 9000/);
    assert.match(text, /node: pve-lab/);
    for (const secret of Object.values(lab.rehearsal.lab.secrets) as string[]) assert.ok(!text.includes(secret));
    const preview = await run("pulumi", "preview", "--stack", stack);
    assert.equal(preview.code, 0, preview.all);
  });

  it("prints for Proxmox VE what the stack's file names", async () => {
    const { code, stdout, all } = await run("ghrunners", "setup", "proxmox", "--stack", stack, "--pool", "runners");
    assert.equal(code, 0, all);
    assert.deepEqual(
      accessOf(stdout.split("\n")).map((entry) => entry.path),
      ["/vms", "/storage/local-lvm", "/sdn/zones/localnetwork/vmbr0", "/pool/runners"],
    );
    assert.match(
      stdout,
      new RegExp(`Next: ghrunners init --stack ${stack}, with pulumi@pve!ghrunners=VALUE in a file`),
    );
    const wrong = await run("ghrunners", "setup", "proxmox", "--storage", "a; reboot", "--token", "root");
    assert.equal(wrong.code, 2, wrong.all);
    assert.match(wrong.all, /Seen storage: "a; reboot", tokenId: "root"\. Expected names/);
  });

  it("prints links that register Apps for the stack's repository", async () => {
    const { code, stdout, all } = await run("ghrunners", "setup", "github", "--stack", stack);
    assert.equal(code, 0, all);
    assert.equal(stdout.match(/settings\/apps\/new\?name=octo-org-demo-app-/g)?.length, 3);
  });

  it("says which files the repository lacks, and opens their pull request with a token of one's own", async () => {
    const line = ["ghrunners", "setup", "workflows", "--stack", stack];
    const looked = await run(...line);
    assert.equal(looked.code, 1, looked.all);
    assert.match(looked.stdout, /\+ \.github\/scripts\/deployer\.cjs /);
    assert.match(looked.stdout, new RegExp(`^Next: ghrunners setup workflows --stack ${stack} --apply$`, "m"));
    const refused = await run(...line, "--apply");
    assert.equal(refused.code, 1, refused.all);
    assert.match(refused.all, /The token lacks Contents: write\. Expected a token of yours with .*Workflows: write/);
    const own = path.join(folder, "own-token");
    writeFileSync(own, lab.rehearsal.lab.secrets.developerToken, { mode: 0o600 });
    const opened = await run(...line, "--apply", "--token-file", own);
    assert.equal(opened.code, 0, opened.all);
    const [, page] = /^Next: review and merge (\S+\/pull\/\d+)$/m.exec(opened.stdout) ?? [];
    assert.ok(page !== undefined, opened.all);
    const { report } = await init("--workflows-token-file", own);
    assert.deepEqual([report.result, report.pullRequest], ["unchanged", page]);
    const nothing = await run("ghrunners", "setup", "workflows", "--token-file", path.join(folder, "none"));
    assert.equal(nothing.code, 2, nothing.all);
  });

  it("says what is newer than the stack's file pins, and proposes nothing to a repository without that file", async () => {
    const line = ["ghrunners", "upkeep", "--stack", stack];
    const { code, stdout, all } = await run(...line);
    assert.equal(code, 1, all);
    assert.match(stdout, /^ {2}runner +- +2\.336\.0 +- +newer /m);
    assert.match(stdout, new RegExp(`^Next: ghrunners upkeep --stack ${stack} --propose$`, "m"));
    const own = path.join(folder, "own-token");
    const refused = await run(...line, "--propose", "--token-file", own);
    assert.equal(refused.code, 2, refused.all);
    assert.match(
      refused.all,
      new RegExp(`Seen no Pulumi\\.${stack}\\.yaml in octo-org/demo-app \\(main\\)\\. Expected`),
    );
  });

  it("prints how to set up an empty monitoring host, and refuses to work on a machine that no one named", async () => {
    const line = ["ghrunners", "setup", "monitoring", "--stack", stack];
    const { code, stdout, all } = await run(...line);
    assert.equal(code, 0, all);
    assert.match(stdout, /^#!\/usr\/bin\/env bash\n# Run this as root on the empty machine/);
    const applied = await run(...line, "--apply");
    assert.equal(applied.code, 2, applied.all);
    assert.match(applied.all, /No machine is named\. Expected --host/);
    const wrong = await run(...line, "--host", "monitoring.example", "--user", "root", "--host-key", "ssh-rsa A");
    assert.equal(wrong.code, 2, wrong.all);
    assert.match(wrong.all, /host: an IPv4 address; user: a Unix user name other than root; hostKey: /);
  });

  it("makes a file with a passphrase, and takes it away again where the stack cannot be made", async () => {
    const passphrase = path.join(folder, "pass/phrase");
    const env: NodeJS.ProcessEnv = { ...lab.rehearsal.session.env };
    delete env.PULUMI_CONFIG_PASSPHRASE_FILE;
    delete env.PULUMI_CONFIG_PASSPHRASE;
    const line = ["ghrunners", "init", "--stack", other, "--from", answersFile, "--json"];
    const none = await lab.rehearsal.run(line, { env });
    assert.match(
      (JSON.parse(none.stdout) as InitReport).findings[0]?.reason ?? "",
      /need a passphrase.*--passphrase-file/,
    );
    // The salt of another stack's passphrase: Pulumi refuses, after the file with the new passphrase was made.
    const otherFile = path.join(projectRoot, `Pulumi.${other}.yaml`);
    const salted = `${/^encryptionsalt: .*$/m.exec(readFileSync(file, "utf8"))?.[0]}\n`;
    writeFileSync(otherFile, salted);
    const refused = await lab.rehearsal.run([...line, "--passphrase-file", passphrase], { env });
    assert.equal(refused.code, 1);
    assert.match(refused.all, /passphrase is not the one that the stack .* was created with/);
    assert.equal(readFileSync(otherFile, "utf8"), salted);
    assert.ok(!(await stacks()).includes(other));
    rmSync(otherFile);
    assert.ok(!existsSync(passphrase));
    const made = await lab.rehearsal.run([...line, "--passphrase-file", passphrase], { env });
    assert.equal(made.code, 0, made.all);
    assert.match(
      (JSON.parse(made.stdout) as InitReport).next[0] ?? "",
      /^export PULUMI_CONFIG_PASSPHRASE_FILE='.*phrase'$/,
    );
    assert.equal(statSync(passphrase).mode & 0o777, 0o600);
    const again = { ...env, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase };
    await lab.rehearsal.run(["pulumi", "stack", "rm", other, "--yes"], { env: again });
    rmSync(otherFile, { force: true });
  });

  it("changes nothing the second time, with and without answers", async () => {
    const before = readFileSync(file);
    for (const args of [["--from", answersFile], []]) {
      const { report, code, all } = await init(...args);
      assert.equal(code, 0, all);
      assert.equal(report.result, "unchanged");
      assert.deepEqual(readFileSync(file), before);
    }
  });

  it("changes one setting, and keeps comments and the rest", async () => {
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace("config:\n", "config:\n  # kept by hand\n"));
    const { report, all } = await init("--set", "vm.cores=2");
    assert.deepEqual([report.result, report.settings, report.secrets], ["written", ["vm.cores"], []], all);
    assert.equal(
      readFileSync(file, "utf8"),
      before.replace("config:\n", "config:\n  # kept by hand\n").replace("cores: 1", "cores: 2"),
    );
  });
});
