import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { adminRequest } from "@ghrunners/lab/admin";
import { standingHosts } from "@ghrunners/lab/hosts/hosts";
import { socketOf } from "@ghrunners/lab/service";
import type { DriftReport } from "@ghrunners/cli/drift/report";
import { runProcess, type Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { inside } from "@ghrunners/lab/pulumi/session";
import { journalFile } from "@ghrunners/cli/rotate/journal";
import { settingsOf } from "@ghrunners/cli/settings";
import { until } from "@ghrunners/core/until";
import { primary, Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

/** The deploy key of the lab's application host is replaced while nothing is locked out. */
describe("rotation of the deploy key, and drift of hosts", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  const { id } = standingHosts.app;
  const secret = "DEPLOY_KEY";
  /** For a shell on the host. */
  const keysFile = "~operator-lab/.ssh/authorized_keys";

  before(async () => {
    rehearsal = await Rehearsal.ready();
    // The files after this one find a host that GitHub's key opens.
    undo(() => rehearsal.labCommand("demo-app"));
    // A new host, which no earlier test has given a key.
    await rehearsal.labCommand("host", "remove", "app");
    await rehearsal.labCommand("host", "up", "app");
    const ssh = (): Promise<string> => rehearsal.inMachine(id, "systemctl", "is-active", "ssh").catch(() => "starting");
    await until("the application host's SSH server runs", 60_000, async () => (await ssh()).trim() === "active");
  });

  const line = (...args: string[]): string[] => ["ghrunners", "rotate", "deploy-key", ...args];
  const rotate = (...args: string[]): Promise<Finished> => rehearsal.run(line(...args));

  /** Kills the command the moment it says these words. */
  function killedAt(words: string): Promise<void> {
    const [program = "", ...args] = inside(rehearsal.session, line("--apply"));
    const { env } = rehearsal.session;
    const child = spawn(program, args, { cwd: projectRoot, env, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes(words)) child.kill("SIGKILL");
    });
    return new Promise((resolve, reject) => {
      child.once("close", (_code, signal) => {
        if (signal === "SIGKILL") resolve();
        else reject(new Error(`rotate ended before it said "${words}".`));
      });
    });
  }

  const authorised = async (): Promise<string[]> => {
    const text = await rehearsal.inMachine(id, "sh", "-c", `cat ${keysFile}`);
    return text.split("\n").filter((key) => key.includes(` ghrunners-deploy:${rehearsal.session.stack}:`));
  };
  const atGitHub = async (): Promise<string | undefined> => {
    const socket = socketOf(rehearsal.lab.instance, "github");
    const { body } = await adminRequest(socket, "GET", "/_lab/secrets?environment=lab");
    const { secrets } = body as { secrets: { name: string; sha256: string }[] };
    return secrets.find(({ name }) => name === secret)?.sha256;
  };
  const drift = (): Promise<DriftReport> => rehearsal.json("ghrunners", "drift");

  /** The proof's jobs that ended since: how, and where. */
  async function proofs(since: number): Promise<unknown[]> {
    const events = await rehearsal.events("github", since);
    const ended = events.filter(({ kind, name }) => kind === "job.completed" && name === "Prove");
    return ended.map(({ conclusion, runner }) => [conclusion, runner]);
  }

  it("a dry run prints the planned steps and changes nothing", async () => {
    const run = await rotate("--dry-run", "--json");
    assert.equal(run.code, 0, run.all);
    assert.match(run.stdout, /make a new Ed25519 key/);
    assert.match(run.stdout, /a job on a runner takes the key from GitHub's secret and logs in on app/);
    assert.deepEqual(await authorised(), []);
  });

  it("the first rotation makes the key, and a job on the primary logs in with what GitHub has", async () => {
    const since = await rehearsal.mark("github");
    const run = await rotate("--apply");
    assert.equal(run.code, 0, run.all);
    assert.match(run.stderr, new RegExp(`the key of the secret logged in from ${primary.name}: https://`));
    assert.deepEqual(await proofs(since), [["success", primary.name]]);
    assert.ok(!run.all.includes("PRIVATE KEY"));
    const { secretValues } = await settingsOf(rehearsal.stack);
    assert.equal(await atGitHub(), createHash("sha256").update(secretValues[secret]!).digest("hex"));
    assert.equal((await authorised()).length, 1);
  });

  it("a rotation killed before or during the proof keeps both keys valid, and the same command completes it", async () => {
    const [old] = await authorised();
    const published = await atGitHub();
    await killedAt("store the new key");
    assert.ok((await authorised()).includes(old!), "the key that GitHub holds was locked out");
    assert.equal(await atGitHub(), published);
    await killedAt("a job on a runner takes the key");
    assert.notEqual(await atGitHub(), published);
    assert.equal((await authorised()).length, 2, "the old key went before the proof");
    const run = await rotate("--apply");
    assert.equal(run.code, 0, run.all);
    const now = await authorised();
    assert.equal(now.length, 1);
    assert.notEqual(now[0], old);
    assert.notEqual(await atGitHub(), published);
    assert.equal(existsSync(journalFile(rehearsal.stack, secret)), false, "the private key was left behind");
  });

  it("a target that rejects the new key: the job fails, and the old key stays", async () => {
    const [old] = await authorised();
    const refuse = (script: string): Promise<string> => rehearsal.inMachine(id, "sh", "-c", script);
    // The operator logs in from another address.
    const conf = "/etc/ssh/sshd_config.d/00-refuse.conf";
    await refuse(
      `printf 'Match Address ${primary.address}\\n  PubkeyAuthentication no\\n' >${conf}; systemctl reload ssh`,
    );
    try {
      const run = await rotate("--apply");
      assert.equal(run.code, 1, run.all);
      assert.match(run.all, /The run of deploy-key-proof\.yml ended with failure on lab-runner, expected success/);
      assert.ok((await authorised()).includes(old!), "the old key went without a proof");
    } finally {
      await refuse(`rm ${conf}; systemctl reload ssh`);
    }
    const again = await rotate("--apply", "--proof", "ssh");
    assert.equal(again.code, 0, again.all);
    assert.ok(!(await authorised()).includes(old!));
  });

  it("nothing differs afterwards; a key added by hand with the project's mark is found, and removed by the command", async () => {
    assert.deepEqual((await drift()).findings, []);
    await rehearsal.inMachine(
      id,
      "sh",
      "-c",
      `echo 'ssh-ed25519 AAAAC3evil ghrunners-deploy:${rehearsal.session.stack}:X' >> ${keysFile}`,
    );
    const [finding] = (await drift()).findings;
    assert.equal(finding?.id, "key-unknown");
    // What ssh would run there.
    const [, remote = ""] = /^ssh operator-lab@\S+ (.+)$/.exec(finding.repair) ?? [];
    const unquoted = await runProcess(["sh", "-c", `printf %s ${remote.replace(/ /g, "\\ ")}`], {
      cwd: projectRoot,
      env: process.env,
    });
    assert.equal(unquoted.code, 0);
    await rehearsal.inMachine(id, "sh", "-c", unquoted.stdout);
    assert.deepEqual((await drift()).findings, []);
  });

  it("changes by hand on a runner's machine are found, each by its name", async () => {
    const { units, key } = { units: "/etc/systemd/system", key: "ssh-ed25519 AAAAC3evil intruder" };
    const unit = (await rehearsal.inMachine(primary.vmId, "cat", "/opt/actions-runner/.service")).trim();
    const shell = (script: string): Promise<string> => rehearsal.inMachine(primary.vmId, "sh", "-c", script);
    const folder = `${units}/${unit}.d`;
    await shell(`install -d -m 0700 /root/.ssh; echo '${key}' >> /root/.ssh/authorized_keys`);
    await shell(
      `cp ${folder}/ghrunners.conf /root/kept; sed -i s/NoNewPrivileges=yes/NoNewPrivileges=no/ ${folder}/ghrunners.conf`,
    );
    await shell(`printf '[Service]\\nUser=root\\n' > ${folder}/zz.conf; systemctl daemon-reload`);
    const { findings, errors } = await drift();
    assert.deepEqual(errors, []);
    assert.deepEqual(findings.map((finding) => finding.id).sort(), [
      "key-unknown",
      "unit-configuration",
      "unit-drop-in",
      "unit-user",
    ]);
    for (const { id: found, repair } of findings) {
      assert.match(repair, found === "key-unknown" ? /^ssh / : /^pulumi up --replace 'urn:pulumi:lab.*::.*VmLegacy/);
    }
    await shell(
      `mv /root/kept ${folder}/ghrunners.conf; rm ${folder}/zz.conf /root/.ssh/authorized_keys; systemctl daemon-reload`,
    );
    assert.deepEqual((await drift()).findings, []);
  });
});
