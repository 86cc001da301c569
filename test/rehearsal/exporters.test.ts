import assert from "node:assert/strict";
import { topology } from "@ghrunners/lab/topology";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
import { until } from "@ghrunners/core/until";
import { holdJobs, smokeJob, startJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

const monitoring = topology.hosts.monitoring.id;
const unit = "ghrunners-runner-exporter.service";
const runnerUnit = `actions.runner.octo-org-demo-app.${primary.name}.service`;

/** The host view on real machines, as the monitoring host scrapes it. */
describe("exporters on the runners", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
  });

  const onPrimary = (script: string): Promise<string> => rehearsal.inMachine(primary.vmId, "bash", "-c", script);

  async function scrape(
    { address }: { address: string } = primary,
    from: number = monitoring,
  ): Promise<Map<string, number>> {
    return seriesOf(
      await rehearsal.inMachine(from, "curl", "-sf", "--max-time", "2", `http://${address}:9101/metrics`),
    );
  }

  /** Waits until the primary's series have these values. */
  function shows(wanted: Readonly<Record<string, number>>): Promise<Map<string, number>> {
    return until(`the primary's exporter shows ${JSON.stringify(wanted)}`, 40_000, async () => {
      const seen = await scrape();
      const differing = Object.entries(wanted).filter(([series, value]) => seen.get(series) !== value);
      if (differing.length === 0) return seen;
      throw new Error(differing.map(([series]) => `${series} is ${seen.get(series)}`).join(", "));
    });
  }

  const healthy = {
    runner_status: 1,
    runner_listener_connected: 1,
    runner_service_active: 1,
    runner_busy: 0,
    runner_capacity: 1,
  };

  it("report both runners as healthy, from fresh evidence", async () => {
    const seen = await shows(healthy);
    const age = Date.now() / 1000 - (seen.get("runner_last_checkin") ?? 0);
    assert.ok(age < 60, `last check-in ${age} s ago`);
    assert.equal(seen.get('runner_version_info{version="2.336.0"}'), 1);
    assert.ok(Math.abs(seen.get("runner_clock_offset_seconds") ?? 99) < 2);
    assert.equal((await scrape(secondary)).get("runner_status"), 1);
  });

  it("are small, quick, locked in, and reachable from the monitoring host alone", async () => {
    const figures = await onPrimary(`
      pid=$(systemctl show --property=MainPID --value ${unit})
      awk '/^(VmRSS|RssAnon):/ { print $2 }' "/proc/$pid/status"
      for _ in 1 2 3 4 5; do curl -s -o /dev/null -w '%{time_total}\\n' http://${primary.address}:9101/metrics; done |
        sort -n | head -n 1
      systemd-analyze security --no-pager ${unit} | sed -n 's/.*exposure level.*: \\([0-9.]*\\).*/\\1/p'
      ps -o user= -p "$pid"`);
    const [resident = 0, own = 0, seconds = 1, exposure = 10] = figures.split("\n").map(Number);
    // Its own part grows from 18 to 26 MB until V8 collects, every ten minutes. Another 39 MB are Node's program, shared.
    assert.ok(own > 0 && own < 30_000, `memory of its own: ${own} kB`);
    assert.ok(resident > own && resident < 70_000, `resident: ${resident} kB`);
    // The best of five is what it costs; the others had to wait for a processor.
    assert.ok(seconds < 0.05, `a scrape took ${seconds} s`);
    assert.ok(exposure <= 3, `exposure ${exposure}`);
    assert.match(figures, /ghrunn/, "it runs as a user of its own");
    await assert.rejects(scrape(primary, secondary.vmId), "the firewall lets no other machine in");
  });

  it("follow a job from its start to its end", async () => {
    const before = await scrape();
    const count = 'runner_jobs_total{result="succeeded"}';
    const release = await holdJobs(rehearsal, primary);
    try {
      await startJob(rehearsal, smokeJob("primary", "exporter-proof"));
      await shows({ runner_busy: 1, runner_capacity: 0, runner_status: 1 });
    } finally {
      await release();
    }
    const after = await shows({ ...healthy, [count]: (before.get(count) ?? 0) + 1 });
    const durations = 'runner_job_duration_seconds_count{result="succeeded"}';
    assert.equal(after.get(durations), (before.get(durations) ?? 0) + 1);
    assert.ok((after.get("runner_work_folder_bytes") ?? -1) >= 0);
    // A restart of the exporter neither forgets nor counts again.
    await onPrimary(`systemctl restart ${unit}`);
    await shows({ [count]: after.get(count) ?? -1 });
  });

  it("show a folder that jobs cannot use, and an SSH server that does not run", async () => {
    const work = 'runner_job_folder_usable{folder="_work"}';
    const usable = { [work]: 1, 'runner_job_folder_usable{folder="_diag"}': 1, runner_ssh_active: 1 };
    await shows(usable);
    const mode = (await onPrimary("stat -c %a /opt/actions-runner/_work")).trim();
    await onPrimary("chmod 0 /opt/actions-runner/_work; systemctl stop ssh.socket ssh.service");
    try {
      await shows({ ...usable, [work]: 0, runner_ssh_active: 0 });
    } finally {
      await onPrimary(`chmod ${mode} /opt/actions-runner/_work; systemctl start ssh.service`);
    }
    await shows(usable);
  });

  it("show sudo that refuses the operator", async () => {
    await shows({ runner_sudo_usable: 1 });
    const triesAgain = (): Promise<string> => onPrimary("systemctl start ghrunners-operator-sudo.service || true");
    await rehearsal.withFault(["break-sudo", "primary"], async () => {
      await triesAgain();
      await shows({ runner_sudo_usable: 0 });
      const said = await onPrimary("journalctl --unit ghrunners-operator-sudo.service --output cat --lines 5");
      assert.match(said, /must be owned by uid 0 and have the setuid bit set/);
    });
    await triesAgain();
    await shows({ runner_sudo_usable: 1, runner_ssh_active: 1 });
  });

  it("report a frozen listener and a stopped unit differently", async () => {
    const listener = `pgrep --full 'Runner[.]Listener([.]js)? run'`;
    await onPrimary(`kill -STOP $(${listener})`);
    try {
      await shows({ runner_status: 0, runner_listener_connected: 0, runner_service_active: 1, runner_capacity: 0 });
    } finally {
      await onPrimary(`kill -CONT $(${listener})`);
    }
    await shows(healthy);
    await onPrimary(`systemctl stop ${runnerUnit}`);
    try {
      const off = await shows({ runner_status: 0, runner_service_active: 0, runner_capacity: 0, runner_busy: 0 });
      assert.equal(off.has("runner_service_start_time_seconds"), false);
      assert.ok(off.has("runner_last_checkin"), "the last evidence stays");
    } finally {
      await onPrimary(`systemctl start ${runnerUnit}`);
    }
    await shows(healthy);
  });

  it("disagree with GitHub when it does not hear a listener that works", async () => {
    await rehearsal.withFault(["hang-listener", "primary"], async () => {
      await until("GitHub shows the runner offline", 30_000, async () => {
        return (await rehearsal.runner(primary.name))?.status === "offline";
      });
      await shows({ runner_service_active: 1, runner_status: 1 });
    });
    await rehearsal.online(primary.name);
  });

  it("do not answer while their machine is frozen", async () => {
    await rehearsal.withFault(["freeze", "primary"], async () => {
      await assert.rejects(scrape(), "no answer, and so no value");
    });
    await shows(healthy);
  });

  it("that are stopped or altered are seen by a refresh and put right", async () => {
    await onPrimary(`systemctl disable --quiet --now ${unit}; echo '{}' >/etc/ghrunners/runner-exporter.json`);
    const run = await rehearsal.up({}, "--refresh", "--target", "**runners-primary-telemetry-runner-exporter");
    assert.equal(run.code, 0, run.output);
    await shows(healthy);
  });
});
