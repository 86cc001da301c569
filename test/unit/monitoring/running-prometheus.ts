import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { freePort } from "@ghrunners/lab/driver/emulator";
import { monitoringTool } from "./monitoring-tool";

/** Writes what Prometheus reads into its folder, before it starts. */
type Prepare = (folder: string, url: string) => void;

/** A real Prometheus on a free port of loopback, in a folder of its own. */
export class RunningPrometheus {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param prepare writes `prometheus.yml` and whatever it names */
  static async start(prepare: Prepare): Promise<RunningPrometheus> {
    const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-prometheus-"));
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}`;
    prepare(folder, url);
    const args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", `--web.listen-address=${address}`];
    // It finds Alertmanager seconds after the first alert, and would send that again a minute later.
    args.push("--rules.alert.resend-delay=1s");
    const child = spawn(monitoringTool("prometheus"), [...args, "--log.level=error"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const running = new RunningPrometheus(url, child, folder);
    try {
      await until("Prometheus is ready", 20_000, async () => (await fetch(`${url}/-/ready`)).ok);
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * A Prometheus that holds recorded samples and scrapes nothing.
 * @param samples OpenMetrics text with timestamps
 */
export const prometheusWithSamples = (samples: string): Promise<RunningPrometheus> =>
  RunningPrometheus.start((folder) => {
    writeFileSync(path.join(folder, "samples"), samples);
    writeFileSync(path.join(folder, "prometheus.yml"), "{}\n");
    const args = ["tsdb", "create-blocks-from", "openmetrics", "samples", "data"];
    const filled = spawnSync(monitoringTool("promtool"), args, { cwd: folder, encoding: "utf8" });
    if (filled.status !== 0) throw new Error(`promtool could not fill Prometheus: ${filled.stderr}`);
  });
