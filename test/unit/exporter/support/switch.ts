import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as z from "zod";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import { switchConfig } from "@ghrunners/failover/config";
import { SwitchView } from "@ghrunners/failover/switch/index";
import type { ReadExporter } from "@ghrunners/failover/switch/read-views";
import { Samples } from "@ghrunners/failover/switch/samples";
import { type TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { until } from "@ghrunners/core/until";

const names = { primary: "runner-1", secondary: "runner-2" } as const;
export type RunnerKey = keyof typeof names;

const labelsOf = (role: RunnerKey): string[] => ["self-hosted", "Linux", "X64", "production", role];

export const switchRunners = (Object.keys(names) as RunnerKey[]).map((role) => ({
  name: names[role],
  role,
  labels: labelsOf(role),
  exporterUrl: `http://${role}:9101/metrics`,
  nodeUrl: `http://${role}:9100/metrics`,
}));

/** What each exporter answers now. */
export class SwitchFixture {
  /** Machines that answer nothing. */
  readonly dead = new Set<RunnerKey>();
  readonly offline = new Set<RunnerKey>();
  readonly hung = new Set<RunnerKey>();
  readonly unusable = new Set<RunnerKey>();
  readonly withoutInodes = new Set<RunnerKey>();
  fleetIsDown = false;

  readonly ask: ReadExporter = async (url) => {
    const at = Date.now();
    const answer = (text: string) => ({ samples: new Samples(text), at, theirClock: at });
    const { hostname, port } = new URL(url);
    if (hostname === "127.0.0.1") return this.fleetIsDown ? undefined : answer(this.fleet(at / 1000));
    const role = hostname as RunnerKey;
    if (this.dead.has(role)) return undefined;
    if (port === "9100") {
      const of = (name: string, value: string): string =>
        `node_filesystem_${name}{device="/dev/sda",mountpoint="/"} ${value}`;
      const free = this.withoutInodes.has(role) ? "0" : "500000";
      return answer(
        [of("size_bytes", "1e+10"), of("avail_bytes", "6e+09"), of("files", "655360"), of("files_free", free)].join(
          "\n",
        ),
      );
    }
    return answer(
      [
        "# TYPE runner_service_active gauge",
        "runner_service_active 1",
        `runner_listener_connected ${this.hung.has(role) ? 0 : 1}`,
        'runner_version_info{version="2.336.0"} 1',
        'runner_job_folder_usable{folder="_diag"} 1',
        `runner_job_folder_usable{folder="_work"} ${this.unusable.has(role) ? 0 : 1}`,
        "runner_ssh_active 1",
        "runner_sudo_usable 1",
        `runner_exporter_collection_timestamp_seconds ${at / 1000}`,
      ].join("\n"),
    );
  };

  private fleet(at: number): string {
    return [
      `github_poll_timestamp_seconds{endpoint="runners"} ${at}`,
      `github_poll_timestamp_seconds{endpoint="jobs"} ${at}`,
      ...switchRunners.flatMap(({ name, role }) => {
        const who = `runner="${name}",role="${role}"`;
        const set = `linux,${["production", role].sort().join(",")},self-hosted,x64`;
        return [
          `github_runner_registered{${who}} 1`,
          `github_runner_online{${who}} ${this.offline.has(role) || this.dead.has(role) ? 0 : 1}`,
          `github_runner_busy{${who}} 0`,
          `github_runner_labels_info{${who},labels="${set}"} 1`,
          `github_jobs_queued{labels="${[...set.split(",")].sort().join(",")}"} 0`,
        ];
      }),
    ].join("\n");
  }
}

/** The failover switch over a GitHub in this process, with answers of exporters that a test changes. */
export class Switch {
  readonly said: string[] = [];
  readonly folder = mkdtempSync(path.join(tmpdir(), "ghr-switch-"));
  view: SwitchView | undefined;

  constructor(
    private readonly emulator: TestEmulator,
    private readonly fixture: SwitchFixture,
    private readonly settings: Partial<z.input<typeof switchConfig>> = {},
    private readonly token = "failover-token",
  ) {}

  start(): void {
    const config = switchConfig.parse({
      view: "switch",
      listen: { host: "127.0.0.1", port: 0 },
      githubUrl: this.emulator.url,
      repository: `${owner}/${repo}`,
      environment: "production",
      runners: switchRunners,
      recoverySeconds: 0.5,
      lookSeconds: 0.1,
      askSeconds: 0.2,
      ...this.settings,
    });
    this.view = new SwitchView(config, this.token, this.folder, "test", (line) => this.said.push(line), {
      ask: this.fixture.ask,
      fetch: this.emulator.fetch as typeof fetch,
    });
    this.view.start();
  }

  async stop(): Promise<void> {
    await this.view?.stop();
    this.view = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  decision(): GateDecision {
    return JSON.parse(readFileSync(path.join(this.folder, "decision.json"), "utf8")) as GateDecision;
  }

  history(): GateDecision[] {
    const text = readFileSync(path.join(this.folder, "decisions.jsonl"), "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as GateDecision);
  }

  /** What the repository variable holds. */
  variable(name = "DEPLOY_RUNNER"): string | undefined {
    return this.emulator.services.store.state.variables.find((one) => one.scope === null && one.name === name)?.value;
  }

  /** Waits until this runner is published at GitHub; null: no runner. */
  async told(runner: string | null, limitMs = 10_000): Promise<Record<string, unknown>> {
    return until(`DEPLOY_RUNNER names ${runner}`, limitMs, () => {
      const value = this.variable();
      const choice = value === undefined ? undefined : (JSON.parse(value) as Record<string, unknown>);
      if (choice?.name === runner) return choice;
      throw new Error(`it is ${value}; the switch said: ${this.said.slice(-5).join(" | ")}`);
    });
  }
}
