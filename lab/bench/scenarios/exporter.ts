import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { bundleExporter } from "@ghrunners/exporter/bundle";
import { scrape } from "../../driver/scrape";
import { TestEmulator, freePort, owner, repo } from "../../driver/emulator";
import { until } from "@ghrunners/core/until";
import { TreeMeter } from "../process-tree";
import type { Bench, BenchScenario } from "../scenario";
import { projectRoot } from "@ghrunners/core/project-root";

/** Time runs this much faster than the exporter's usual intervals. */
const FACTOR = 10;
/** The burst of the first minutes is over by then, s. */
const WARM_UP = 40;
const SECONDS = 40;
const usual = { pollSeconds: 15, settingsSeconds: 300, rateLimitShare: 0.1 };
/** Jobs an hour by number of runners. */
const JOBS_PER_HOUR: Readonly<Record<number, number>> = { 2: 12, 200: 200 };
const TOKEN = "operator-token";

const nameOf = (index: number): string => `runner-${index}`;

/** Node's options as in the shipped unit, without the machine's certificates, which do not cover this GitHub. */
function nodeFlags(): string[] {
  const unit = path.join(projectRoot, "packages/exporter/units/ghrunners-fleet-exporter.service");
  const command = /^ExecStart=(.*)$/m.exec(readFileSync(unit, "utf8"))?.[1] ?? "";
  return command.split(" ").filter((word) => /^--(max|v8|optimize|no-opt|heap)/.test(word));
}

/** The exporter as it is shipped, in a process of its own. */
async function startExporter(
  folder: string,
  emulator: TestEmulator,
  size: number,
): Promise<{ child: ChildProcess; port: number }> {
  const { file } = await bundleExporter("fleet");
  const port = await freePort();
  const config = {
    view: "fleet",
    label: "production",
    listen: { host: "127.0.0.1", port },
    githubUrl: emulator.url,
    repository: `${owner}/${repo}`,
    runners: Array.from({ length: size }, (_, index) => ({
      name: nameOf(index),
      role: index === 0 ? "primary" : "secondary",
      labels: ["self-hosted", "Linux", "X64"],
    })),
    deploymentWorkflow: "deploy.yml",
    pollSeconds: usual.pollSeconds / FACTOR,
    settingsSeconds: usual.settingsSeconds / FACTOR,
    rateLimitShare: usual.rateLimitShare * FACTOR,
  };
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  mkdirSync(path.join(folder, "credentials"));
  writeFileSync(path.join(folder, "credentials/github-token"), TOKEN, { mode: 0o600 });
  const child = spawn(process.execPath, [...nodeFlags(), file, "fleet", "--config", path.join(folder, "config.json")], {
    env: {
      CREDENTIALS_DIRECTORY: path.join(folder, "credentials"),
      STATE_DIRECTORY: folder,
      NODE_EXTRA_CA_CERTS: path.join(emulator.folder, "ca/ca.pem"),
    },
    stdio: "ignore",
  });
  return { child, port };
}

/** One runner after the other takes and ends a job. */
function playJobs(emulator: TestEmulator, ids: readonly number[]): NodeJS.Timeout {
  const everyMs = 3_600_000 / ((JOBS_PER_HOUR[ids.length] ?? 1) * FACTOR);
  return setInterval(() => {
    emulator.engine.dispatch({ path: ".github/workflows/deploy.yml", ref: "main", inputs: {}, login: "operator" });
    for (const id of ids) {
      const offered = emulator.engine.offered(id);
      if (offered === undefined) continue;
      emulator.engine.acquire(id, offered.id);
      const nothing = { outputs: {}, steps: [], environmentUrl: "", annotations: [], summary: "" };
      emulator.engine.complete(offered.id, { conclusion: "success", ...nothing });
      return;
    }
  }, everyMs);
}

const paid = (values: ReadonlyMap<string, number>): number =>
  [...values]
    .filter(([series]) => /^github_api_requests_total\{status="(?!304|error)/.test(series))
    .reduce((sum, [, value]) => sum + value, 0);

async function measure(bench: Bench, size: number, round: number): Promise<void> {
  const emulator = await TestEmulator.start((seed) => ({ ...seed, runnerSilenceMilliseconds: 3_600_000 }));
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-bench-"));
  const ids = Array.from({ length: size }, (_, index) => emulator.addRunner(nameOf(index)));
  const { child, port } = await startExporter(folder, emulator, size);
  const meter = new TreeMeter(child.pid ?? 0);
  const jobs = playJobs(emulator, ids);
  try {
    await until("the exporter knows all runners", 20_000, async () => {
      return (await scrape(port)).values.get("github_runners_unknown") === 0;
    });
    await delay(WARM_UP * 1000, undefined, { signal: bench.signal });
    const begin = await scrape(port);
    const times: number[] = [];
    for (let second = 0; second < SECONDS; second += 1) {
      bench.signal.throwIfAborted();
      await delay(1_000, undefined, { signal: bench.signal });
      times.push((await scrape(port)).milliseconds);
      meter.look();
    }
    const end = await scrape(port);
    const requestsPerHour = ((paid(end.values) - paid(begin.values)) * 3600) / (SECONDS * FACTOR);
    const seconds = (times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0) / 1000;
    bench.record({
      measure: "exporter/scrape",
      subject: "ghrunners",
      round,
      size,
      seconds,
      peakMemoryMiB: meter.peakMemoryMiB,
      requestsPerHour,
    });
    bench.say(
      `  round ${round}: ${size} runners: scrape ${(seconds * 1000).toFixed(1)} ms, ` +
        `${meter.peakMemoryMiB.toFixed(0)} MiB, ${requestsPerHour.toFixed(0)} requests an hour`,
    );
  } finally {
    clearInterval(jobs);
    child.kill();
    await emulator.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The fleet exporter against GitHub's REST API in this process, with jobs on every runner. */
export const exporter: BenchScenario = {
  name: "exporter",
  describes: "fleet exporter at 2 and 200 runners: one scrape, memory, requests to GitHub",
  bars: [{ measure: "exporter/scrape", seconds: 0.05 }],
  async run(bench: Bench): Promise<void> {
    for (let round = 1; round <= bench.rounds; round += 1) {
      for (const size of [2, 200]) await measure(bench, size, round);
    }
  },
};
