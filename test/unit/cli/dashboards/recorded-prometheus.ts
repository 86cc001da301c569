import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { debianTool } from "../../monitoring/debian-tool";
import { until } from "@ghrunners/core/until";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A real Prometheus on loopback that holds recorded samples and scrapes nothing. */
export class RecordedPrometheus {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param samples OpenMetrics text with timestamps */
  static async start(samples: string): Promise<RecordedPrometheus> {
    const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-prometheus-"));
    writeFileSync(path.join(folder, "samples"), samples);
    writeFileSync(path.join(folder, "prometheus.yml"), "{}\n");
    const filled = spawnSync(debianTool("promtool"), ["tsdb", "create-blocks-from", "openmetrics", "samples", "data"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (filled.status !== 0) throw new Error(`promtool could not fill Prometheus: ${filled.stderr}`);
    const port = await freePort();
    const child = spawn(
      debianTool("prometheus"),
      [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
    const running = new RecordedPrometheus(`http://127.0.0.1:${port}`, child, folder);
    try {
      await until("Prometheus is ready", 20_000, async () => (await fetch(`${running.url}/-/ready`)).ok);
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
