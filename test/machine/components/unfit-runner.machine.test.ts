import assert from "node:assert/strict";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { RUNNER_HOME, RUNNER_USER, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { installParameters, installScript } from "@ghrunners/exporter/install";
import { judge } from "@ghrunners/failover/choice/judge";
import { Samples } from "@ghrunners/failover/switch/samples";
import { diskView, hostView } from "@ghrunners/failover/switch/views";
import { policy, runner as healthy } from "../../unit/failover/choice/support/runners";
import { MachineRig } from "../../unit/lab/machines/rig";
import { componentScript, runnerUnit as unit } from "./support/runner-host";
import { allowed, RunnerUnderAttack } from "./support/runner-under-attack";

const vmid = 171;
const machine = "bc:24:11:00:00:71";
/** A job may take GitHub's default events and refs; the hook is called for one of them. */

/** A runner that works, and whose machine is not fit for a deployment: what its exporters, its hook and its jobs say. */
describe("a runner whose machine is unfit", function () {
  this.timeout(240_000);
  const rig = new MachineRig("unfit");
  const runner = new RunnerUnderAttack(rig);

  before(async () => {
    await runner.start();
    const nodeExporter = { MACHINE: machine, PORT: String(ports.nodeExporter) };
    runs(componentScript("node-exporter.sh"), nodeExporter);
    const config = {
      ...{ view: "host" as const, listen: { host: rig.address(vmid), port: ports.runnerExporter }, unit },
      ...{ runnerHome: RUNNER_HOME, workFolder: WORK_FOLDER, githubUrl: "https://github.com" },
    };
    assert.equal(runs(installScript(), await installParameters("runner", config, machine, "runner")), "active\n");
  });
  after(() => rig.down());

  function runs(text: string, parameters: Record<string, string>, verb = "install"): string {
    const { code, stdout, all } = rig.script(vmid, renderScript(text, parameters), verb);
    assert.equal(code, 0, all);
    return stdout;
  }

  const read = (port: number): Samples =>
    new Samples(rig.sh(vmid, `curl -sf --max-time 5 http://${rig.address(vmid)}:${port}/metrics`));

  /** The grade that the failover switch gives the machine, by its own reading of both exporters. */
  function graded(): { grade: string; cause: string | null; reasons: readonly string[] } {
    const now = Date.now();
    const host = hostView(read(ports.runnerExporter), now, now)?.facts;
    const disk = diskView(read(ports.nodeExporter), now)?.facts;
    assert.ok(host !== undefined && disk !== undefined, "both exporters answer");
    // The stand-in of the runner connects to no GitHub.
    return judge(healthy("primary", { ...host, ...disk, listenerConnected: true }), policy);
  }
  const becomes = (cause: string | null): Promise<true> =>
    until(`the switch sees ${cause ?? "a healthy runner"}`, 90_000, () => {
      const seen = graded();
      if (seen.cause !== cause) throw new Error(JSON.stringify(seen));
      return true;
    });

  /** A job between its hooks, through the listener, as GitHub starts it. */
  const job = (script: string): string =>
    runner.inUnit(`env ${allowed} bash -e /usr/local/lib/ghrunners/hooks/job-started.sh && { ${script}; }`);
  const writes = `cd ${RUNNER_HOME}/${WORK_FOLDER} && echo 1 >made`;

  it("is healthy before", async () => {
    await becomes(null);
    assert.equal(job(writes), "0", runner.said());
  });

  it("has no inode left: unusable for the switch, although every service is at work", async () => {
    await rig.backend.takeInodes(vmid);
    try {
      await becomes("inodes");
      const { grade, reasons } = graded();
      assert.deepEqual(
        [grade, reasons],
        ["unusable", ["100.0 % of its disk's inodes are used: jobs cannot create their files"]],
      );
      assert.match(rig.sh(vmid, "df --output=avail --block-size=1M / | tail -n 1"), /^ *[1-9]\d+$/);
      const text = rig.run(vmid, ["runuser", "-u", RUNNER_USER, "--", "bash", "-c", `${writes}-too`]);
      assert.match(text.all, /No space left on device/);
      // It answers from then on, too, without a file for its state.
      runner.asRoot("systemctl restart ghrunners-runner-exporter.service");
      await becomes("inodes");
      const hook = runner.hook("job-started");
      assert.equal(hook.code, 0, hook.all);
    } finally {
      await rig.backend.giveInodes(vmid);
    }
    await becomes(null);
    assert.equal(job(writes), "0", runner.said());
  });

  it("has sudo that refuses the operator: degraded for the switch, while jobs run", async () => {
    const tries = "systemctl start ghrunners-operator-sudo.service || true";
    for (const [breaks, mends, words] of [
      ["chmod u-s /usr/bin/sudo", "chmod u+s /usr/bin/sudo", /must be owned by uid 0 and have the setuid bit set/],
      ["mv /etc/sudoers.d /etc/sudoers.away", "mv /etc/sudoers.away /etc/sudoers.d", /a password is required/],
      ["mv /usr/bin/sudo /usr/bin/sudo.away", "mv /usr/bin/sudo.away /usr/bin/sudo", /No such file/],
    ] as const) {
      runner.asRoot(`${breaks}; ${tries}`);
      await becomes("sudo");
      assert.equal(graded().grade, "degraded");
      // The words of a process that could not be started come after systemd's own.
      await until("the journal says why", 30_000, () =>
        words.test(runner.asRoot("journalctl --unit ghrunners-operator-sudo.service --output cat --lines 8")),
      );
      assert.equal(job("true"), "0", runner.said());
      runner.asRoot(`${mends}; ${tries}`);
      await becomes(null);
    }
  });

  it("has the operator's sudo tried each minute, as the operator, without a line in the journal while it works", async () => {
    const ended = (): string =>
      runner.asRoot("systemctl show --property=ExecMainExitTimestampMonotonic --value ghrunners-operator-sudo.service");
    const since = runner.asRoot("date +@%s");
    const before = ended();
    await until("it is tried again by its timer", 90_000, () => ended() !== before && ended() !== "0");
    const lines = runner.asRoot(
      `journalctl --quiet --since ${since} --unit ghrunners-operator-sudo.service --output cat`,
    );
    assert.equal(lines, "");
    assert.equal(runner.asRoot("systemctl show --property=User --value ghrunners-operator-sudo.service"), "runner");
    assert.equal(runner.asRoot("find /etc/systemd/system -name 'ghrunners-operator-sudo*' ! -user root"), "");
  });
});
