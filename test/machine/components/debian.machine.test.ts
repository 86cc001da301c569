import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { installParameters as monitoringParameters, installScript } from "@ghrunners/cli/setup/monitoring-script";
import { parseLook } from "@ghrunners/cli/patch/plan";
import { runnerPackages } from "@ghrunners/components/runner/packages";
import { monitoring } from "@ghrunners/config/monitoring";
import { projectRoot } from "@ghrunners/core/project-root";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { LOG_NAMESPACE } from "@ghrunners/core/vocabulary/logs";
import { PATCHED_STAMP } from "@ghrunners/core/vocabulary/patch";
import { ports } from "@ghrunners/core/vocabulary/ports";
import { RUNNER_HOME, RUNNER_USER, WORK_FOLDER } from "@ghrunners/core/vocabulary/runner";
import { installParameters, installScript as exporterScript } from "@ghrunners/exporter/install";
import {
  bareTemplate,
  debianReleases,
  onDebian,
  ReleaseMissing,
  runnerTemplate,
  type DebianRelease,
} from "@ghrunners/lab/machines/index";
import { MachineRig } from "../../unit/lab/machines/rig";
import { JournalShipping } from "./support/journal-shipping";
import { componentScript, runnerUnit as unit } from "./support/runner-host";
import { RunnerUnderAttack } from "./support/runner-under-attack";

const releases = Object.keys(debianReleases).map(Number) as DebianRelease[];
const templates = { prepared: runnerTemplate, bare: bareTemplate };
const kinds = ["prepared", "bare"] as const;
/** 173 to 176. */
const vmidOf = (release: DebianRelease, kind: (typeof kinds)[number]): number =>
  173 + 2 * releases.indexOf(release) + kinds.indexOf(kind);
const machine = "00:00:00:00:00:01";
const read = (file: string): string => readFileSync(path.join(projectRoot, file), "utf8");
const offers = read("lab/driver/offered-updates.sh");
const places = monitoring.parse({ host: "192.0.2.1", user: "operator", hostKey: "ssh-ed25519 AAAA" });

/** The scripts of the program on each release of Debian, from the first boot of a machine on. */
describe("first boot of", function () {
  this.timeout(420_000);
  const rig = new MachineRig("debian");
  /** Why there is no machine of a release. */
  const missing = new Map<DebianRelease, string>();

  before(async () => {
    await rig.up();
    for (const release of releases) {
      const roots = kinds.map((kind) => rig.rootOf(onDebian(release, templates[kind])));
      await Promise.all(roots).then(
        (made) => Promise.all(made.map((root, index) => boot(vmidOf(release, kinds[index] ?? "bare"), "first", root))),
        (error: unknown) => {
          if (!(error instanceof ReleaseMissing)) throw error;
          missing.set(release, error.message);
        },
      );
    }
  });
  after(() => rig.down());

  async function boot(vmid: number, instanceId: string, template?: string): Promise<void> {
    const { seed, ...settings } = rig.settings(vmid, {
      diskBytes: 2 ** 31,
      ...(template === undefined ? {} : { template }),
    });
    await rig.backend.start(vmid, { ...settings, seed: { ...seed, metaData: `instance-id: ${instanceId}\n` } });
    await rig.sshComesUp(vmid);
  }

  /** The package step, on a runner or a monitoring host. */
  function packages(vmid: number, names: readonly string[]): void {
    const parameters = { MACHINE: machine, PACKAGES: names.join(" "), KEEPS_STILL: "true", LIMIT_SECONDS: "60" };
    const { code, all } = rig.script(vmid, renderScript(componentScript("packages.sh"), parameters), "install");
    assert.equal(code, 0, all);
  }

  it("a release that the package mirror does not give is refused in words, before anything is built", async () => {
    const none = { ...bareTemplate, suite: "no-such-release" };
    await assert.rejects(
      rig.rootOf(none),
      (error) => error instanceof ReleaseMissing && /does not give no-such-release\. Seen: .*E: /.test(error.message),
    );
  });

  for (const release of releases) {
    const other = release === 12 ? 13 : 12;
    for (const kind of kinds) {
      describe(`Debian ${release}, ${kind}:`, () => {
        const vmid = vmidOf(release, kind);
        before(function () {
          const reason = missing.get(release);
          if (reason === undefined) return;
          process.stdout.write(`      ${reason}\n`);
          this.skip();
        });

        const sh = (script: string): string => rig.sh(vmid, script);
        const runs = (text: string, parameters: Record<string, string>, verb: string): string => {
          const { code, stdout, all } = rig.script(vmid, renderScript(text, parameters), verb);
          assert.equal(code, 0, all);
          return stdout;
        };
        const noUnitHasFailed = (): void => {
          const failed = sh("systemctl --failed --plain --no-legend");
          assert.equal(failed, "", failed && sh("systemctl status --state=failed --lines=20 --no-pager || true"));
        };

        it("cloud-init gives it its name, its user, the key and sudo", async () => {
          assert.equal(await rig.ssh(vmid, "hostname; sudo -n id -u"), `machine-${vmid}\n0`);
          assert.equal(sh(". /etc/os-release; echo $VERSION_ID"), String(release));
          const { status, errors } = JSON.parse(
            rig.run(vmid, ["cloud-init", "status", "--wait", "--format", "json"]).stdout,
          ) as { status: string; errors: string[] };
          assert.deepEqual([status, errors], ["done", []]);
          noUnitHasFailed();
        });

        it("a runner's packages are there after one step", () => {
          packages(vmid, runnerPackages("journal-upload"));
          assert.match(
            sh("node --version; ldconfig -p | grep --max-count=1 libicuuc"),
            /^v(18|2\d)\..*\n.*libicuuc\.so/,
          );
          assert.equal(sh("systemctl is-enabled apt-daily.timer apt-daily-upgrade.timer || true"), "masked\nmasked");
        });

        it("both exporters answer, and the updates that the mirror offers are counted", async () => {
          rig.exec(vmid, "bash", "-c", offers, "offered-updates.sh", "offer");
          const { nodeExporter, runnerExporter } = ports;
          const version = runs(
            componentScript("node-exporter.sh"),
            { MACHINE: machine, PORT: String(nodeExporter) },
            "install",
          );
          assert.match(version, /^node exporter 1\./);
          const config = {
            ...{ view: "host" as const, listen: { host: rig.address(vmid), port: runnerExporter }, unit },
            ...{ runnerHome: RUNNER_HOME, workFolder: WORK_FOLDER, githubUrl: "https://github.com", updatesSeconds: 5 },
          };
          assert.equal(
            runs(exporterScript(), await installParameters("runner", config, machine, "runner"), "install"),
            "active\n",
          );
          await until("the operator's sudo has been tried", 30_000, () =>
            sh(`curl -s http://${rig.address(vmid)}:${runnerExporter}/metrics`).includes("\nrunner_sudo_usable 1\n"),
          );
          const pending = (): string =>
            sh(`curl -s http://${rig.address(vmid)}:${runnerExporter}/metrics | grep '^runner_updates' || true`);
          await until("the update is counted", 60_000, () =>
            /^runner_updates_pending\{.*security.*\} 1$/m.test(pending()),
          );
        });

        it("a runner starts, and runs a job between its hooks", () => {
          const runner = new RunnerUnderAttack(rig, vmid);
          runner.install("2.336.0");
          runner.register();
          runner.asRoot(`systemctl start ${unit}`);
          assert.equal(runner.hookInUnit("job-started"), "0", runner.said());
          assert.equal(runner.inUnit("id -un; sleep 600 & disown"), "0");
          assert.equal(runner.said(), RUNNER_USER);
          assert.equal(runner.hookInUnit("job-completed"), "0", runner.said());
          assert.equal(runner.hookInUnit("job-started"), "0", runner.said());
          assert.equal(sh(`pgrep -u ${RUNNER_USER} -x sleep -a | grep 600 || true`), "");
        });

        it("updates are installed while the runner is stopped", async () => {
          const script = read("packages/cli/patch/scripts/patch.sh");
          const patch = (verb: string): string =>
            runs(
              script,
              { RUN: "first", RUNNER_UNIT: unit, EXPORTER_STATE: "/none", STAMP: PATCHED_STAMP, LIMIT_SECONDS: "60" },
              verb,
            );
          patch("start");
          const ended = await until("the run has ended", 90_000, () => {
            const { run, words } = parseLook(patch("look"), new Date());
            return run?.state === "running" ? undefined : { state: run?.state, words };
          });
          assert.equal(ended.state, "done", ended.words);
          assert.equal(rig.exec(vmid, "bash", "-c", offers, "offered-updates.sh", "version"), "1.1");
          await until("the unit runs again", 10_000, () => sh(`systemctl is-active ${unit} || true`) === "active");
        });

        if (kind === "bare") {
          it("it becomes a monitoring host", () => {
            const done = runs(installScript().text, monitoringParameters(places), "install");
            assert.match(done, /Prometheus and Alertmanager answer\n$/);
            assert.match(sh("curl -sf http://127.0.0.1:9090/api/v1/status/config"), /rules\.d/);
            noUnitHasFailed();
          });
          return;
        }

        it(`its logs arrive at a receiver of Debian ${other}, and both sides go without a trace`, async function () {
          if (missing.has(other)) this.skip();
          const receiving = vmidOf(other, "bare");
          packages(receiving, ["systemd-journal-remote"]);
          const shipping = new JournalShipping(rig, vmid, receiving);
          const certificate = shipping.receiver("install");
          shipping.shipper("install", certificate);
          await shipping.arrives("Listening for Jobs", `GHRUNNERS_UNIT=${unit}`);
          const socket = `/run/systemd/journal.${LOG_NAMESPACE}/socket`;
          sh(`chmod 0666 ${socket}`);
          shipping.shipper("install", certificate);
          assert.equal(sh(`stat --format=%a ${socket}`), "660");
          shipping.shipper("remove", certificate);
          shipping.receiver("remove");
          assert.equal(sh(`systemctl list-units --all --plain --no-legend '*${LOG_NAMESPACE}*' '*redactor*'`), "");
          noUnitHasFailed();
        });

        it("it is the same machine, with its exporters, when Proxmox VE makes it another instance", async () => {
          const keys = sh("cat /etc/ssh/ssh_host_*_key.pub");
          await rig.backend.stop(vmid);
          await boot(vmid, `upgraded-${vmid}`);
          await until("cloud-init is done with the new instance", 60_000, () =>
            sh("cloud-init status --wait >/dev/null; readlink /var/lib/cloud/instance").includes("upgraded"),
          );
          assert.equal(sh("cat /etc/ssh/ssh_host_*_key.pub"), keys);
          const exporters = "prometheus-node-exporter ghrunners-runner-exporter";
          assert.equal(sh(`systemctl is-active ${exporters} || true`), "active\nactive");
        });
      });
    }
  }
});
