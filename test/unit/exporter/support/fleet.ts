import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { fleetConfig } from "@ghrunners/exporter/config";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import { FleetView } from "@ghrunners/exporter/fleet/index";
import { type MetricsServer, serveMetrics } from "@ghrunners/metrics-server/server";
import { type TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";
import { scrape, type Scrape } from "@ghrunners/lab/driver/scrape";

export const runners = [
  { name: "runner-1", role: "primary" as const, labels: ["self-hosted", "Linux", "X64", "production", "primary"] },
  { name: "runner-2", role: "secondary" as const, labels: ["self-hosted", "Linux", "X64", "production", "secondary"] },
];

/** The fleet view over GitHub in this process, served on a free port of loopback. */
export class Fleet {
  readonly said: string[] = [];
  private view: FleetView | undefined;
  private server: MetricsServer | undefined;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-fleet-"));

  constructor(
    private readonly emulator: TestEmulator,
    private readonly settings: Partial<z.input<typeof fleetConfig>> = {},
    private readonly token = "operator-token",
  ) {}

  /** Starts it, or starts it again over what the last one kept. */
  async start(): Promise<void> {
    const config = fleetConfig.parse({
      view: "fleet",
      listen: { host: "127.0.0.1", port: 0 },
      githubUrl: this.emulator.url,
      repository: `${owner}/${repo}`,
      runners,
      label: "production",
      environment: "production",
      deploymentWorkflow: "deploy.yml",
      pollSeconds: 0.25,
      settingsSeconds: 0.5,
      rateLimitShare: 1,
      ...this.settings,
    });
    this.view = new FleetView(config, this.token, this.folder, "test", (line) => this.said.push(line), {
      fetch: this.emulator.fetch as typeof fetch,
    });
    const { view } = this;
    this.server = await serveMetrics(config.listen, new Exposition("fleet"), () => view.exposed(), 50);
    this.view.start();
  }

  async stop(): Promise<void> {
    await this.server?.close();
    await this.view?.stop();
    this.server = undefined;
    this.view = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  get port(): number {
    if (this.server === undefined) throw new Error("The fleet view does not run.");
    return this.server.port;
  }

  scrape(): Promise<Scrape> {
    return scrape(this.port);
  }

  /** Waits until a series has a value; undefined: until it is absent. */
  async until(series: string, wanted: number | undefined, limitMs = 10_000): Promise<Scrape> {
    return until(`${series} is ${wanted}`, limitMs, async () => {
      const seen = await this.scrape();
      if (seen.values.get(series) === wanted) return seen;
      throw new Error(`it is ${seen.values.get(series)}; the exporter said: ${this.said.join("; ")}`);
    });
  }
}
