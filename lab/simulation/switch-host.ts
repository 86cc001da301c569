/** The monitoring host: the failover switch as it runs there, and what the exporters would tell it. */
import type { SwitchConfig } from "@ghrunners/failover/config";
import type { SwitchView } from "@ghrunners/failover/switch/index";
import type { ReadExporter } from "@ghrunners/failover/switch/read-views";
import { labelsOf } from "./deployers";
import { EPOCH } from "./host";
import { fetchNow } from "./network";
import { SimulatedProcess } from "./processes";
import { SECRETS, type SimulatedSite } from "./site";

const RESTART_MS = 5_000;
export const SWITCH_STATE = "/var/lib/ghrunners-failover-switch";
export const VALID_SECONDS = 120;

type Metrics = typeof import("@ghrunners/monitoring/all-metrics").metrics;
type Foreign = typeof import("@ghrunners/monitoring/metrics/foreign").foreignMetrics;
type SamplesOf = typeof import("@ghrunners/failover/switch/samples").Samples;

export class SwitchHost {
  private process: SimulatedProcess | undefined;
  private polledAt = EPOCH;
  private known: readonly { readonly name: string; readonly online: boolean; readonly labels: readonly string[] }[] =
    [];

  constructor(private readonly site: SimulatedSite) {
    const { disk } = site.monitoring;
    for (const folder of ["/var", "/var/lib"]) disk.create(folder, "folder", 0o755);
    this.poll();
  }

  /** The fleet exporter beside the switch asks GitHub every 15 s. */
  private poll(): void {
    const { github, monitoring, network, loop } = this.site;
    const { outage } = github;
    if (monitoring.isUp && network.isOpen(monitoring, github.host) && !outage.down && !outage.limited) {
      this.polledAt = monitoring.wall();
      this.known = github.runners.map((runner) => ({ ...runner }));
    }
    loop.later(15_000, () => this.poll());
  }

  /** As systemd does: again whenever it has ended. */
  start(): void {
    const { site } = this;
    const host = site.monitoring;
    const { SwitchView: View } = site.linker.load<{ SwitchView: typeof SwitchView }>(
      "packages/failover/switch/index.ts",
    );
    const { switchConfig } =
      site.linker.load<typeof import("@ghrunners/failover/config")>("packages/failover/config.ts");
    const runner = (name: string, role: "primary" | "secondary") => ({
      name,
      role,
      labels: labelsOf(role),
      exporterUrl: `http://${name}:9101/metrics`,
      nodeUrl: `http://${name}:9100/metrics`,
    });
    const config: SwitchConfig = switchConfig.parse({
      view: "switch",
      listen: { host: "127.0.0.1", port: 9105 },
      githubUrl: "https://github.example",
      repository: "o/r",
      environment: "production",
      runners: [runner("runner-1", "primary"), runner("runner-2", "secondary")],
      fleetUrl: "http://127.0.0.1:9104/metrics",
      validSeconds: VALID_SECONDS,
      recoverySeconds: 30,
      lookSeconds: 10,
      askSeconds: 30,
    });
    const process: SimulatedProcess = SimulatedProcess.start(host, {
      name: "switch",
      main: () => {
        const say = (line: string): void => void (process.stderr += `${line}\n`);
        const context = { ask: this.ask(), fetch: fetchNow as typeof fetch, now: () => host.wall() };
        new View(config, SECRETS.githubToken, SWITCH_STATE, "0", say, context).start();
      },
    });
    this.process = process;
    process.whenEnded(() => {
      site.loop.note("the switch has ended");
      this.again();
    });
  }

  private again(): void {
    const { monitoring, loop } = this.site;
    loop.later(RESTART_MS, () => (monitoring.isUp ? this.start() : this.again()));
  }

  kill(): void {
    this.process?.kill();
  }

  get words(): string {
    return this.process?.stderr ?? "";
  }

  private ask(): ReadExporter {
    const { linker, network, hosts, monitoring, loop, github } = this.site;
    const { Samples } = linker.load<{ Samples: SamplesOf }>("packages/failover/switch/samples.ts");
    const { metrics } = linker.load<{ metrics: Metrics }>("monitoring/all-metrics.ts");
    const { foreignMetrics } = linker.load<{ foreignMetrics: Foreign }>("monitoring/metrics/foreign.ts");
    const { labelSet } = linker.load<typeof import("@ghrunners/core/github/runner")>("packages/core/github/runner.ts");
    const fleet = (): string =>
      [
        `${metrics.githubPollTimestamp.name}{endpoint="runners"} ${this.polledAt / 1000}`,
        `${metrics.githubPollTimestamp.name}{endpoint="jobs"} ${this.polledAt / 1000}`,
        ...this.known.flatMap(({ name, online, labels }) => {
          const who = `runner="${name}",role="${name === "runner-1" ? "primary" : "secondary"}"`;
          return [
            `${metrics.githubRunnerRegistered.name}{${who}} 1`,
            `${metrics.githubRunnerOnline.name}{${who}} ${online ? 1 : 0}`,
            `${metrics.githubRunnerBusy.name}{${who}} 0`,
            `${metrics.githubRunnerLabels.name}{${who},labels="${labels.join(",")}"} 1`,
            `${metrics.githubJobsQueued.name}{labels="${labelSet(labels)}"} 0`,
            `${metrics.githubJobQueueOldest.name}{labels="${labelSet(labels)}"} 0`,
          ];
        }),
      ].join("\n");
    const own = (wall: number, isConnected: boolean): string =>
      [
        `${metrics.runnerExporterCollection.name} ${wall / 1000}`,
        `${metrics.runnerServiceActive.name} 1`,
        `${metrics.runnerListenerConnected.name} ${isConnected ? 1 : 0}`,
        `${metrics.runnerVersion.name}{version="2.999.0"} 1`,
        `${metrics.runnerSshActive.name} 1`,
        `${metrics.runnerSudoUsable.name} 1`,
        ...["_diag", "_work"].map((folder) => `${metrics.runnerJobFolderUsable.name}{folder="${folder}"} 1`),
        `${foreignMetrics.filesystemFiles.name}{mountpoint="/"} 100`,
        `${foreignMetrics.filesystemFilesFree.name}{mountpoint="/"} 90`,
        `${foreignMetrics.filesystemSize.name}{mountpoint="/"} 100`,
        `${foreignMetrics.filesystemAvailable.name}{mountpoint="/"} 60`,
      ].join("\n");
    return (url) =>
      new Promise((resolve) => {
        const { hostname } = new URL(url);
        const there = hosts.get(hostname);
        const answer = (text: string, theirClock: number): void =>
          void loop.after(20, () => resolve({ samples: new Samples(text), at: monitoring.wall(), theirClock }));
        if (there === undefined) return answer(fleet(), monitoring.wall());
        if (!network.isOpen(monitoring, there) || !network.isOpen(there, monitoring))
          return void loop.after(3_000, () => resolve(undefined));
        answer(own(there.wall(), network.isOpen(there, github.host)), there.wall());
      });
  }
}
