import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { metricsFrom } from "@ghrunners/monitoring/all-metrics";
import { bundleExporter } from "@ghrunners/exporter/bundle";
import { endOfLog, linesSince } from "@ghrunners/exporter/host/follow-log";
import { freePort } from "@ghrunners/lab/driver/emulator";
import { monitoringTool } from "../../unit/monitoring/monitoring-tool";
import { until } from "@ghrunners/core/until";
import { declared, emitted, scrape } from "@ghrunners/lab/driver/scrape";

const now = Date.parse("2026-01-02T00:00:00Z") / 1000;
const line = (second: number, words: string): string =>
  `[2026-01-01 00:00:${String(second).padStart(2, "0")}Z INFO JobDispatcher] ${words}\n`;

describe("following the listener's log", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-diag-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const page = (name: string, text: string): void => appendFileSync(path.join(folder, name), text);

  it("reads every line once, over pages and half-written lines", () => {
    page("Runner_20260101-000000-utc.log", "old\n");
    page("Worker_20260101-000000-utc.log", "not the listener's\n");
    const seen: string[] = [];
    let { place } = endOfLog(folder, now);
    const look = (): void => {
      const next = linesSince(folder, place, now);
      seen.push(...next.lines);
      place = next.place;
    };
    look();
    page("Runner_20260101-000000-utc.log", "one\ntw");
    look();
    look();
    page("Runner_20260101-000000-utc.log", "o\n");
    page("Runner_20260101-000100-utc.log", "thrée\n");
    look();
    page("Runner_20260101-000100-utc.log", "four\n");
    look();
    assert.deepEqual(seen, ["one", "two", "thrée", "four"]);
  });

  it("begins with the first page where there was no log", () => {
    const { place } = endOfLog(path.join(folder, "none"), now);
    page("Runner_20260101-000000-utc.log", "first\n");
    assert.deepEqual(linesSince(folder, place, now).lines, ["first"]);
  });

  it("shows what came before the end, for a job that runs", () => {
    page("Runner_20260101-000000-utc.log", line(1, "Running job: a"));
    assert.equal(endOfLog(folder, now).lines.length, 1);
  });
});

describe("the bundle on this machine", () => {
  it("is the same for the same sources, and serves the host view without a runner", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-host-"));
    const home = path.join(folder, "runner");
    mkdirSync(path.join(home, "_diag"), { recursive: true });
    // In place of this machine's apt: a test downloads no package lists.
    mkdirSync(path.join(folder, "bin"));
    for (const name of ["apt-get", "apt-cache"])
      writeFileSync(path.join(folder, "bin", name), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    symlinkSync("bin.2.336.0", path.join(home, "bin"));
    const port = await freePort();
    const config = {
      view: "host",
      listen: { host: "127.0.0.1", port },
      unit: "ghrunners-no-such.service",
      runnerHome: home,
      workFolder: "_work",
      githubUrl: `https://127.0.0.1:${await freePort()}`,
      collectSeconds: 0.2,
    };
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
    const bundle = await bundleExporter("runner", folder);
    // `import { z } from "zod"` anywhere in it brings all of zod, 360 KB, and 5 MB of the exporter's memory.
    assert.ok(statSync(bundle.file).size < 450_000, `${statSync(bundle.file).size} bytes`);
    assert.equal((await bundleExporter("runner", path.join(folder, "again"))).sha256, bundle.sha256);
    const args = [bundle.file, "host", "--config", path.join(folder, "config.json")];
    const child = spawn(process.execPath, args, {
      env: { PATH: `${folder}/bin:${process.env.PATH}`, STATE_DIRECTORY: folder },
      stdio: "ignore",
    });
    const gone = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
      const seen = await until("a collection is done", 10_000, async () => {
        const found = await scrape(port);
        return found.values.get("runner_updates_known") === 1 &&
          found.values.has("runner_github_reachable") &&
          found.values.has('runner_version_info{version="2.336.0"}')
          ? found
          : undefined;
      });
      const names = metricsFrom("host").map(({ name }) => name);
      assert.deepEqual(declared(seen.text).sort(), [...names].sort());
      assert.equal(seen.values.get("runner_github_reachable"), 0);
      // Nothing here can say whether a listener is connected to GitHub: no value, instead of a wrong one.
      assert.equal(emitted(seen.text).has("runner_capacity") && seen.values.get("runner_capacity") !== 0, false);
      const check = spawnSync(monitoringTool("promtool"), ["check", "metrics"], { input: seen.text, encoding: "utf8" });
      assert.equal(`${check.stdout}${check.stderr}${check.error?.message ?? ""}`, "");
    } finally {
      child.kill("SIGTERM");
      assert.equal(await gone, 0, "it ends on SIGTERM");
      rmSync(folder, { recursive: true });
    }
  });
});
