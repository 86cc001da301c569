import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { until } from "@ghrunners/core/until";
import { projectRoot } from "@ghrunners/core/project-root";
import { readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { seriesOf } from "@ghrunners/lab/driver/scrape";
import { runJob } from "@ghrunners/lab/driver/jobs";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { repositoryFolder } from "@ghrunners/lab/lifecycle";
import { topology } from "@ghrunners/lab/topology";

const monitoring = topology.hosts.monitoring;
const canaryFile = "/root/canary";
const scripts = path.join(projectRoot, "test/rehearsal/support");
const lookAround = readFileSync(path.join(scripts, "look-around.sh"), "utf8");
const hostileJob = `CANARY=${canaryFile}
PROXMOX=${topology.proxmox.address}
MONITORING=${monitoring.address}
OTHER=${secondary.address}
${readFileSync(path.join(scripts, "hostile-job.sh"), "utf8")}`;

/**
 * Everything of root that a job could want to change, by a line for what it is and one for its content; two folders of
 * the listener and jobs are left out.
 */
const rootsFiles = `find /opt/actions-runner /opt/ghrunners /etc /usr/local /root /var/lib/ghrunners /var/lib/systemd/linger \\
    /var/spool/cron /var/lib/prometheus -path /opt/actions-runner/_work -prune -o -path /opt/actions-runner/_diag -prune -o \\
    ! -type d -printf '%p %y %U:%G %m %l\\n' -type f -exec sha256sum '{}' + 2>/dev/null | sort`;

/** A workflow that every user with write access can start: one step, on the requested runner. */
const workflow = (script: string): string =>
  stringify({
    name: "Hostile",
    "run-name": "hostile ${{ inputs.proof }}",
    on: { workflow_dispatch: { inputs: { proof: { type: "string", required: true } } } },
    permissions: {},
    jobs: {
      job: {
        "runs-on": ["self-hosted", "linux", "x64", "lab", "primary"],
        "timeout-minutes": 2,
        steps: [{ shell: "bash", run: script }],
      },
    },
  });

/**
 * A real job that tries everything, on a real machine, through the runner and its hooks. What single attacks come to in
 * the installation and the exporters: test/machine/components/hostile-job.machine.test.ts,
 * test/unit/exporter/hostile-log.test.ts.
 */
describe("a hostile job on a runner", () => {
  let rehearsal: Rehearsal;
  let folder: string;
  let lookBefore: string;
  let filesBefore: string[];
  let choiceBefore: string;
  let attack: string;
  let begun: string;

  const onPrimary = (script: string): Promise<string> => rehearsal.inMachine(primary.vmId, "bash", "-c", script);
  const onMonitoring = (script: string): Promise<string> => rehearsal.inMachine(monitoring.id, "bash", "-c", script);

  /** @returns the log of a job with this one step, once the run is over */
  async function runs(name: string, script: string): Promise<string> {
    const proof = `${name}-${Date.now()}`;
    writeFileSync(path.join(folder, `${name}.yml`), workflow(script));
    const { runner, conclusion, log } = await runJob(rehearsal, { workflow: `${name}.yml`, inputs: { proof } });
    assert.equal(runner, primary.name);
    assert.equal(conclusion, "success", log);
    return log;
  }

  /** What the job wrote after this word, line by line. */
  const lines = (log: string, word: string): string[] =>
    [...log.matchAll(new RegExp(`^\\S+ ${word} (.*)$`, "gm"))].map(([, text = ""]) => text);
  const look = async (): Promise<string> => {
    const seen = lines(await runs("look", lookAround), "look");
    assert.equal(seen.at(-1), "over", seen.join("\n"));
    return seen.join("\n");
  };
  const chosen = async (): Promise<string> => {
    const { data } = await rehearsal.octokit.rest.actions.getRepoVariable({
      ...rehearsal.repository,
      name: "DEPLOY_RUNNER",
    });
    const seen = readChoice(data.value, new Date());
    return "choice" in seen ? `${seen.state} ${seen.choice.name} ${seen.choice.labels.join(",")}` : seen.state;
  };

  before(async () => {
    rehearsal = await Rehearsal.ready();
    folder = path.join(repositoryFolder(rehearsal.lab.instance), ".github/workflows");
    mkdirSync(folder, { recursive: true });
    await onPrimary(`echo canary >${canaryFile}; chmod 600 ${canaryFile}`);
    lookBefore = await look();
    filesBefore = (await onPrimary(rootsFiles)).split("\n");
    // A stack that was just made has a refusal and the secondary first; the primary has to prove itself for a minute.
    choiceBefore = await until("the primary is chosen", 180_000, async () => {
      const seen = await chosen();
      if (!seen.startsWith(`fresh ${primary.name} `)) throw new Error(`DEPLOY_RUNNER: ${seen}`);
      return seen;
    });
    // What must be refused is there: without it nothing would answer anyway.
    await onMonitoring(`systemd-run --quiet --collect --unit=rehearsal-console node -e '
      require("net").createServer((socket) => socket.end()).listen(443)'`);
    await until("a console answers on the monitoring host", 20_000, () =>
      onMonitoring("timeout 1 bash -c '</dev/tcp/127.0.0.1/443' && echo yes || true"),
    );
    begun = await onPrimary("date -u '+%F %T'");
    attack = await runs("hostile", hostileJob);
  });

  after(async () => {
    await onMonitoring("systemctl stop rehearsal-console || true");
    for (const name of ["look", "hostile"]) rmSync(path.join(folder, `${name}.yml`), { force: true });
    // The exporter warns of each of these until it is gone. The listener's own pages stay.
    await onPrimary(`rm -f ${canaryFile}; cd /opt/actions-runner/_diag; find . -mindepth 1 ! -type f -delete
      find . -type f \\( -size +10M -o -size -3c -o -name '*9999*' \\) -delete; rm -f $(grep -l 'Job forged completed' *.log)`);
  });

  it("is refused everything that is not its own, and every way to another host", () => {
    const refused = lines(attack, "refused");
    assert.deepEqual(lines(attack, "SUCCEEDED"), []);
    assert.ok(refused.length >= 75, `it tried ${refused.length} things only:\n${attack}`);
    for (const place of [`${topology.proxmox.address} 8006`, `${secondary.address} 22`, `${monitoring.address} 443`])
      assert.ok(refused.includes(`reach ${place}`), place);
  });

  it("may change everything in its own folders", () => {
    assert.deepEqual(lines(attack, "FAILED"), []);
    assert.ok(lines(attack, "left").length >= 18, attack);
  });

  it("leaves the next job the same environment as without it", async () => {
    assert.equal(await look(), lookBefore);
    assert.equal(await onPrimary("pgrep -f 'surviv[o]r|Runner_.*itertool[s]' | wc -l"), "0");
    assert.equal(await onPrimary("find /home/actions-runner -mindepth 1 | wc -l"), "0");
  });

  it("changes no file of root", async () => {
    const filesAfter = (await onPrimary(rootsFiles)).split("\n");
    const only = (lines: string[], others: string[]): string[] => lines.filter((line) => !others.includes(line));
    assert.deepEqual(
      { new: only(filesAfter, filesBefore), gone: only(filesBefore, filesAfter) },
      { new: [], gone: [] },
    );
    assert.equal(await onPrimary(`stat --format='%U %a' ${canaryFile}; cat ${canaryFile}`), "root 600\ncanary");
  });

  it("changes neither the choice of the next runner nor the reported health of its runner", async () => {
    const wanted = { runner_status: 1, runner_listener_connected: 1, runner_busy: 0, runner_capacity: 1 };
    const begin = Date.parse(`${begun.replace(" ", "T")}Z`) / 1000;
    const text = await until("the exporter shows the runner healthy and idle after the job", 40_000, async () => {
      const now = await onMonitoring(`curl -sf --max-time 2 http://${primary.address}:9101/metrics`);
      const series = seriesOf(now);
      const looked = series.get("runner_exporter_collection_timestamp_seconds") ?? 0;
      const isSo = Object.entries(wanted).every(([name, value]) => series.get(name) === value);
      return looked > begin + 10 && isSo ? now : undefined;
    });
    const seen = seriesOf(text);
    const checkin = seen.get("runner_last_checkin") ?? 0;
    assert.ok(checkin <= Date.now() / 1000 + 2 && checkin > Date.now() / 1000 - 120, `last check-in ${checkin}`);
    for (const reason of ["no_file", "future", "too_large"])
      assert.ok(
        [...seen].some(([series, value]) => series.includes(`reason="${reason}"`) && value > 0),
        `${reason}: ${text}`,
      );
    assert.equal(await chosen(), choiceBefore);
    assert.deepEqual((await rehearsal.status()).problems, []);
  });

  it("is reported to the operator by an alert that names the runner", async () => {
    await until("RunnerLogIgnored is active", 60_000, async () => {
      const { monitoring: seen } = await rehearsal.status();
      return seen?.alerts.some(({ name, runner }) => name === "RunnerLogIgnored" && runner === primary.name);
    });
  });

  it("appears in no other runner's logs, and its own are still sent", async () => {
    const file = (address: string): string => `/var/log/journal/remote/remote-${address}[.@]*journal`;
    const forged = await onMonitoring(
      `journalctl --file='${file(secondary.address)}' --since='${begun} UTC' --output=cat --no-pager | grep -c forged || true`,
    );
    assert.equal(forged, "0");
    await until("the job's genuine end has arrived", 60_000, async () => {
      const line = `journalctl --file='${file(primary.address)}' --since='${begun} UTC' --output=cat --no-pager`;
      return Number(await onMonitoring(`${line} | grep -c 'completed with result: Succeeded' || true`)) >= 2;
    });
  });
});
