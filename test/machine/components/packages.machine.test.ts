import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { agentParameters } from "@ghrunners/components/runner/render-agent";
import { runnerPackages } from "@ghrunners/components/runner/packages";
import { type HostUpdates, parseLook, progressOf } from "@ghrunners/cli/patch/plan";
import { PATCHED_STAMP } from "@ghrunners/core/vocabulary/patch";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import type { Finished } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { bareTemplate } from "@ghrunners/lab/machines/index";
import { scriptEnvironment, scriptPath } from "@ghrunners/lab/machines/script";
import { buildDistributions } from "@ghrunners/lab/runner-distribution/index";
import { MachineRig } from "../../unit/lab/machines/rig";

const read = (name: string): string => readFileSync(path.join(projectRoot, "components", "scripts", name), "utf8");
const host = 171;
const unit = "actions.runner.octo-org-demo-app.one.service";
const LISTS_LOCK = "/var/lib/apt/lists/lock";
/** Is there once the test's own process, and not the image's apt-daily, holds the lists. */
const HELD = "/run/lists-held";
/** What apt-daily.service does at a first boot: it holds the lock of the package lists, as apt does (fcntl). */
const holdLists = `import fcntl, time
lock = open("${LISTS_LOCK}", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("${HELD}", "w").close()
time.sleep(600)`;

/** A machine straight from a cloud image, with a mirror as its only source. */
describe("packages of a bare cloud image", function () {
  this.timeout(420_000);
  const rig = new MachineRig("pkgtest", bareTemplate);

  before(async () => {
    await rig.up();
    await rig.backend.start(host, rig.settings(host, { diskBytes: 2 ** 31 }));
    await rig.sshComesUp(host);
  });
  after(() => rig.down());

  const sh = (command: string): string => rig.exec(host, "sh", "-c", command);
  const text = (change: Record<string, string> = {}): string =>
    renderScript(read("packages.sh"), {
      MACHINE: "00:00:00:00:00:01",
      PACKAGES: runnerPackages("journal-upload").join(" "),
      KEEPS_STILL: "true",
      LIMIT_SECONDS: "300",
      ...change,
    });
  const run = (verb: string, change: Record<string, string> = {}): Finished => rig.script(host, text(change), verb);

  /** The agent's installation as the program runs it, from an archive that lies on the machine. */
  async function installAgent(): Promise<Finished> {
    const { dir, manifest } = await buildDistributions();
    const release = manifest.find(({ version }) => version === "2.336.0");
    assert.ok(release);
    const archive = readFileSync(path.join(dir, release.file));
    assert.equal(rig.run(host, ["sh", "-c", "cat >/var/tmp/runner.tar.gz"], archive).code, 0);
    const { version, sha256 } = release;
    const jobs = { repository: "octo-org/demo-app", events: ["push"], refs: ["*"] };
    const parameters = agentParameters(
      { unit, jobs, closed: [], drainTimeoutMinutes: 1 },
      { version, url: "file:///var/tmp/runner.tar.gz", sha256 },
      "00:00:00:00:00:01",
      {
        jobStarted: read("job-started.sh"),
        jobCompleted: read("job-completed.sh"),
        jobTraces: read("job-traces.sh"),
      },
    );
    return rig.script(host, renderScript(read("agent.sh"), parameters), "install");
  }
  const locked = (): Promise<unknown> =>
    until("the lists are locked, and apt does not wait for them", 10_000, () => {
      sh(`test -e ${HELD}`);
      assert.throws(() => sh("apt-get -o DPkg::Lock::Timeout=120 update"), /Could not get lock/);
      return true;
    });

  it("has neither Node nor ICU nor an exporter", () => {
    assert.equal(sh("command -v node prometheus-node-exporter || ldconfig -p | grep libicuuc || echo none"), "none");
  });

  it("has no runner that starts, and the agent's installation says that and why", async () => {
    const { code, stderr } = await installAgent();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^The runner program does not start on this host \(exit code 134\): .*Couldn't find a valid ICU/,
    );
    assert.doesNotMatch(stderr, /The archive contains/);
  });

  it("says what is missing, who may hold it up and what comes next, when the limit is over", async () => {
    sh(`systemd-run --quiet --unit=other-apt python3 -c '${holdLists}'`);
    await locked();
    const { code, stderr } = run("install", { LIMIT_SECONDS: "1", PACKAGES: "nodejs libicu" });
    sh(`systemctl stop other-apt; rm ${HELD}`);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^nodejs libicu could not be installed on machine-171 within 1 s\. Expected a package mirror/m,
    );
  });

  it("installs everything although apt-daily runs and another process holds the package lists for a while", async () => {
    // As at the first boot of a cloud image: the service runs, whatever happens to its timer later.
    sh(`mkdir -p /run/systemd/system/apt-daily.service.d
      printf '%s\\n' '[Service]' ExecStart= ExecStartPre= >/run/systemd/system/apt-daily.service.d/lab.conf
      cat >/run/hold.py <<'PY'
${holdLists}
PY
      echo 'ExecStart=python3 /run/hold.py' >>/run/systemd/system/apt-daily.service.d/lab.conf
      systemctl daemon-reload; systemctl start --no-block apt-daily.service`);
    await locked();
    const installing = spawn(scriptPath("control"), ["exec", String(host), "bash", "-s", "--", "install"], {
      env: scriptEnvironment(rig.instance),
      stdio: ["pipe", "ignore", "pipe"],
    });
    let words = "";
    installing.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => installing.on("close", resolve));
    installing.stdin.end(text());
    assert.equal(await ended, 0, words);
    assert.match(sh("node --version"), /^v\d+/);
    assert.match(sh("ldconfig -p"), /libicuuc\.so/);
    assert.equal(sh("systemctl is-enabled apt-daily.timer apt-daily-upgrade.timer || true"), "masked\nmasked");
    for (const unit of ["prometheus-node-exporter", "systemd-journal-remote", "qemu-guest-agent"])
      assert.equal(sh(`dpkg-query --show --showformat '\${db:Status-Status}' ${unit}`), "installed");
  });

  it("has a runner that starts then", async () => {
    const { code, stdout, stderr } = await installAgent();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^runner 2\.336\.0,/m);
  });

  describe("patched", () => {
    const startTime = "systemctl show --property=UserspaceTimestampMonotonic --value";
    const bootId = "cat /proc/sys/kernel/random/boot_id";
    const offers = readFileSync(path.join(projectRoot, "lab/driver/offered-updates.sh"), "utf8");
    const offered = (verb: string): string => rig.exec(host, "bash", "-c", offers, "offered-updates.sh", verb);
    const state = (): string => sh(`systemctl is-active ${unit} || true`);
    const patch = (verb: string, id = "", seconds = 60): Finished => {
      const script = readFileSync(path.join(projectRoot, "packages/cli/patch/scripts/patch.sh"), "utf8");
      const parameters = { RUN: id, RUNNER_UNIT: unit, EXPORTER_STATE: "/nonexistent", STAMP: PATCHED_STAMP };
      return rig.script(host, renderScript(script, { ...parameters, LIMIT_SECONDS: String(seconds) }), verb);
    };
    const look = (): HostUpdates => {
      const { stdout, stderr } = patch("look");
      assert.equal(stderr, "");
      return parseLook(stdout, new Date());
    };
    /** Waits for the end of a run. While the machine restarts, nothing answers. */
    const ended = (id: string): Promise<HostUpdates> =>
      until(`the run ${id} has ended`, 90_000, () => {
        const seen = look();
        return seen.run?.id === id && seen.run.state !== "running" ? seen : undefined;
      });

    before(() => {
      sh(`printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/${unit}
        systemctl daemon-reload; systemctl enable --now --quiet ${unit}; rm -f /run/reboot-required`);
      offered("offer");
    });
    after(() => {
      offered("withdraw");
      sh(`systemctl disable --now --quiet ${unit}; rm /etc/systemd/system/${unit}; systemctl daemon-reload`);
    });

    it("has no run before the first one, and knows no updates without an exporter", () => {
      const { run, updates, restartRequired } = look();
      assert.deepEqual([run, updates, restartRequired], [undefined, null, false]);
    });

    it("installs every update while the runner is stopped, and starts it again", async () => {
      const earlier = sh(`systemctl show --property=InvocationID ${unit}`);
      assert.equal(patch("start", "first").code, 0);
      const { run, words } = await ended("first");
      assert.deepEqual(run, { id: "first", state: "done", restarts: false }, words);
      assert.equal(offered("version"), "1.1");
      await until("the unit runs again", 10_000, () => state() === "active");
      assert.notEqual(
        sh(`systemctl show --property=InvocationID ${unit}`),
        earlier,
        "an upgrade under a running listener",
      );
      assert.equal(sh(`stat --format=%U ${PATCHED_STAMP}`), "root");
    });

    it("says why it could not be patched, and has its runner back", async () => {
      offered("break");
      assert.equal(patch("start", "second", 1).code, 0);
      const { run, words } = await ended("second");
      offered("withdraw");
      assert.equal(run?.state, "failed");
      assert.match(words, /E: .*\/srv\/nowhere/);
      await until("the unit runs again", 10_000, () => state() === "active");
    });

    it("goes on with a run that is under way, and one that is killed has failed and the runner is back", async () => {
      sh(
        "mkdir -pm 700 /run/ghrunners; systemd-run --quiet --unit=other-packages flock /run/ghrunners/packages sleep 600",
      );
      assert.equal(patch("start", "third").code, 0);
      assert.equal(patch("start", "fourth").code, 0);
      assert.deepEqual(look().run, { id: "third", state: "running", restarts: false });
      sh("systemctl kill --signal=KILL ghrunners-patch.service; systemctl stop other-packages.service");
      assert.equal((await ended("third")).run?.state, "failed");
      await until("the unit runs again", 10_000, () => state() === "active");
    });

    it("restarts where a package asks for it, and its unit is back", async () => {
      sh("touch /run/reboot-required");
      const before = look();
      assert.equal(before.restartRequired, true);
      assert.equal(patch("start", "fifth").code, 0);
      // By SSH: a command that enters the machine does not end while it goes down.
      await until("it has booted again", 90_000, async () => (await rig.ssh(host, bootId)) !== before.bootId);
      const { run, restartRequired, ...seen } = look();
      assert.deepEqual([run?.state, run?.restarts, restartRequired], ["done", true, false]);
      assert.equal(progressOf({ ...seen, run, restartRequired }, "fifth", before.bootId), "done");
      await until("the unit runs again", 30_000, () => state() === "active");
    });

    it("takes updates by the commands of the how-to guide, and its unit is back after the restart", async () => {
      const guide = readFileSync(path.join(projectRoot, "docs/how-to/patch.md"), "utf8");
      const [upgrade = "", restart = ""] = [...guide.matchAll(/^sudo .+$/gm)].map(([line]) => line);
      assert.equal(restart, "sudo systemctl reboot");
      sh(upgrade);
      const earlier = sh(startTime);
      sh(restart);
      await until("the machine has booted again", 90_000, async () => (await rig.ssh(host, startTime)) !== earlier);
      await until("its unit is back", 30_000, () => state() === "active");
    });
  });

  it("does nothing when run again, and lets the host upgrade itself when it goes", () => {
    const before = sh("stat --format=%Y /var/log/apt/history.log");
    assert.equal(run("install").code, 0);
    assert.equal(sh("stat --format=%Y /var/log/apt/history.log"), before);
    assert.equal(run("remove").code, 0);
    assert.doesNotMatch(sh("systemctl is-enabled apt-daily.timer || true"), /masked/);
  });
});
