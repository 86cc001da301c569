import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { nodeLine } from "@ghrunners/core/node-line";
import { type Finished, runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { silentStack, standInPulumi } from "../../../support/stand-in-pulumi";

const rule = { name: "Watchdog", health: "ok" };
const watchdog = {
  labels: { alertname: "Watchdog", environment: "staging" },
  annotations: {},
  state: "firing",
  activeAt: "2026-11-22T10:00:00Z",
};

describe("ghrunners alerts", function () {
  this.timeout(30_000);
  let folder: string;
  let server: http.Server;
  let url: string;
  let groups: readonly object[];
  let quiet: ReturnType<typeof silentStack>;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-alerts-"));
    quiet = silentStack(folder);
    const answers: Readonly<Record<string, () => unknown>> = {
      "/api/v1/targets": () => ({ data: { activeTargets: [] } }),
      "/api/v1/rules": () => ({ data: { groups } }),
      "/api/v1/alerts": () => ({ data: { alerts: groups.length === 0 ? [] : [watchdog] } }),
      "/api/v2/alerts": () => [],
    };
    server = http.createServer(({ url: asked = "" }, response) =>
      response.end(JSON.stringify(answers[asked.split("?")[0] ?? ""]?.())),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const inCheckout = nodeLine("packages/cli/main.ts");
  const byNpx = ["npm", "exec", "--offline", "--", "ghrunners"];

  /** The command as a user types it, where Prometheus has these groups of rules. */
  function alerts(loaded: readonly object[], start: readonly string[], ...options: string[]): Promise<Finished> {
    groups = loaded;
    const host = { host: "127.0.0.1", user: "operator", hostKey: "ssh-ed25519 AAAA" };
    const monitoring = { ...host, prometheusUrl: url, alertmanager: { url } };
    const config = {
      ...quiet,
      "ghrunners:environment": { value: "staging", secret: false },
      "ghrunners:monitoring": { objectValue: monitoring, secret: false },
      "ghrunners:exporterToken": { value: "github_pat_of_the_exporter", secret: true },
    };
    const env = { ...standInPulumi(folder, config), HOME: folder, NO_COLOR: "1" };
    return runProcess([...start, "alerts", "--stack", "acme", ...options], { cwd: projectRoot, env });
  }

  it("says that the stack's rules are not loaded and what loads them, instead of no alert", async () => {
    const { code, stdout, all } = await alerts([], inCheckout);
    assert.equal(code, 1, all);
    assert.equal(
      stdout,
      `\nAlerts\n  not known: Prometheus at ${url} has none of this stack's rules. ` +
        "Next: ghrunners restore-monitoring --stack acme\n",
    );
    assert.equal((await alerts([], inCheckout, "--json")).code, 1);
  });

  it("names the next command with npx where npx started this one", async () => {
    const { stdout, all } = await alerts([], byNpx);
    assert.match(stdout, /Next: npx ghrunners restore-monitoring --stack acme$/m, all);
  });

  it("has none, and the exit code 0, where the rules are loaded and the Watchdog fires", async () => {
    const loaded = [{ file: "/etc/prometheus/rules.d/ghrunners.staging.yml", rules: [rule] }];
    const { code, stdout, all } = await alerts(loaded, inCheckout);
    assert.equal(code, 0, all);
    assert.equal(stdout, "\nAlerts\n  none: 1 rules are watching\n");
  });
});
