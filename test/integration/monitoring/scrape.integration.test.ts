import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { collectMonitoring } from "@ghrunners/cli/monitoring/collect";
import { prometheusAt } from "@ghrunners/cli/dashboards/prometheus";
import { prometheusConfig } from "@ghrunners/cli/setup/monitoring-config";
import { ownerOf, planFiles, plannedFiles } from "@ghrunners/components/monitoring/plan-files";
import { until } from "@ghrunners/core/until";
import { renderMetrics } from "@ghrunners/deploy/records/exposition";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import type { CounterKey, GaugeKey, HistogramKey } from "@ghrunners/metrics-server/samples";
import { type MetricsServer, serveMetrics } from "@ghrunners/metrics-server/server";
import { count, emptyTally, observe, type Tally } from "@ghrunners/metrics-server/tally";
import { renderRules } from "@ghrunners/monitoring";
import { metrics, type MetricKey, type MetricSource, metricsFrom } from "@ghrunners/monitoring/all-metrics";
import { scrapeJobs } from "@ghrunners/monitoring/scrape";
import { onPrometheus3 } from "../../unit/monitoring/monitoring-tool";
import { RunningPrometheus } from "../../unit/monitoring/running-prometheus";
import { settings } from "../../unit/monitoring/settings";

const { environment } = settings;
const exporters = { host: scrapeJobs.runner, fleet: scrapeJobs.fleet, switch: scrapeJobs.switch } as const;

/** Every metric of a source, with one series. */
function everything(source: MetricSource) {
  const keys = (Object.keys(metrics) as MetricKey[]).filter((key) => metrics[key].source === source);
  const labelsOf = (key: MetricKey) => Object.fromEntries(metrics[key].labels.map((label) => [label, "x"]));
  const samples = keys
    .filter((key) => metrics[key].type === "gauge")
    .map((key) => ({ metric: key as GaugeKey, labels: labelsOf(key), value: 1 }));
  const tally = keys.reduce<Tally>((sum, key) => {
    if (metrics[key].type === "counter") return count(sum, key as CounterKey, labelsOf(key) as never);
    return metrics[key].type === "histogram" ? observe(sum, key as HistogramKey, labelsOf(key) as never, 200) : sum;
  }, emptyTally);
  return { samples, tally };
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Serves one text for ever. */
const serveText = (text: string, headers: Record<string, string>): Promise<Server> =>
  listening(createServer((_, response) => response.writeHead(200, headers).end(text)));

/** In Alertmanager's place, because Debian's needs its package installed: it knows version 2 of the API and no other. */
function alertmanagerApi(): Server {
  const known: { labels: object }[] = [];
  return createServer((request, response) => {
    if (request.url !== "/api/v2/alerts") return void response.writeHead(404).end();
    if (request.method === "GET") {
      const alerts = known.map(({ labels }) => ({ labels, status: { state: "active" } }));
      return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(alerts));
    }
    json(request).then((alerts) => {
      known.push(...(alerts as typeof known));
      response.writeHead(200).end();
    }, response.destroy.bind(response));
  });
}
const answerOf = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
const addressOf = (port: number): string => `127.0.0.1:${port}`;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe("the monitoring host's own configuration, on a real Prometheus", function () {
  this.timeout(120_000);
  const served: MetricsServer[] = [];
  const others: Server[] = [];
  let prometheus: RunningPrometheus;
  let alertmanager: string;
  let plan: Record<string, string>;

  before(async () => {
    const groups: { targets: string[]; labels: Record<string, string> }[] = [];
    for (const source of ["host", "fleet", "switch"] as const) {
      const exposed = everything(source);
      const server = await serveMetrics({ host: "127.0.0.1", port: 0 }, new Exposition(source), () => exposed, 1_000);
      served.push(server);
      groups.push({ targets: [addressOf(server.port)], labels: { job: exporters[source], environment } });
    }
    const history = {
      deployments: [],
      rollbacks: [],
      unsentIncidents: 0,
      lockedAt: null,
      partial: false,
      version: "1",
    };
    // As the node exporter serves the textfile of a target.
    const node = await serveText(renderMetrics({ ...history, unreadableFiles: 0 }), {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
    const nameless = await serveText("some_metric 1\n", {});
    others.push(node, nameless);
    groups.push(
      { targets: [addressOf(portOf(node))], labels: { job: scrapeJobs.node, environment, target: "app" } },
      { targets: [addressOf(portOf(nameless))], labels: { job: "nameless" } },
    );
    const receiver = await listening(alertmanagerApi());
    others.push(receiver);
    alertmanager = `http://${addressOf(portOf(receiver))}`;
    prometheus = await RunningPrometheus.start((folder, url) => {
      const paths = {
        prometheusConfig: path.join(folder, "prometheus.yml"),
        rules: path.join(folder, "rules.d"),
        targets: path.join(folder, "targets.d"),
        dashboards: path.join(folder, "dashboards"),
      };
      plan = planFiles({
        environment,
        paths,
        prometheusUrl: url,
        rules: renderRules(settings).map(({ name, content, groups: counts }) => ({
          name,
          text: content,
          groups: counts,
        })),
        targets: [{ name: "targets", text: JSON.stringify(groups) }],
        dashboards: [],
      });
      for (const kind of [paths.rules, paths.targets]) mkdirSync(kind);
      for (const { path: file, text } of plannedFiles(plan)) writeFileSync(file, text);
      const places = {
        prometheusUrl: url,
        paths,
        dashboards: false,
        alertmanager: { url: alertmanager, file: "", manage: false },
      };
      // The text that `ghrunners setup monitoring` writes, in a hurry.
      writeFileSync(paths.prometheusConfig, prometheusConfig(places).replaceAll("15s", "1s"));
    });
  });
  after(async () => {
    await prometheus?.stop();
    await Promise.all(served.map((server) => server.close()));
    for (const server of others) {
      server.closeAllConnections();
      server.close();
    }
  });

  const view = () => collectMonitoring({ prometheus: prometheus.url, alertmanager }, environment);
  const valuesOf = (query: string) => prometheusAt(prometheus.url).instant(query, Date.now() / 1000);

  it("is the version that these tests are to prove", async () => {
    const { data } = await answerOf<{ data: { version: string } }>(`${prometheus.url}/api/v1/status/buildinfo`);
    if (onPrometheus3()) assert.match(data.version, /^3\./);
    else assert.match(data.version, /^[23]\./);
  });

  it("reads every exporter, and every metric of it", async () => {
    const targets = await until("every target is read", 30_000, async () => {
      const seen = (await view()).targets;
      return seen.length > 0 && seen.every(({ health }) => health !== "unknown") ? seen : undefined;
    });
    assert.deepEqual(
      targets.filter(({ health }) => health !== "up"),
      [],
    );
    assert.equal(targets.length, Object.keys(exporters).length + 1);
    for (const source of ["host", "fleet", "switch"] as const) {
      for (const { name, type } of metricsFrom(source)) {
        const series = type === "histogram" ? `${name}_bucket` : name;
        assert.ok((await valuesOf(`${series}{job="${exporters[source]}"}`)).length > 0, series);
      }
    }
  });

  it("is told the format by every exporter, as version 3 demands", async () => {
    for (const { port } of served) {
      const answer = await fetch(`http://${addressOf(port)}/metrics`);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    }
  });

  it("evaluates every rule, and its alerts reach Alertmanager", async () => {
    const seen = await until("every rule is evaluated and Alertmanager has the Watchdog", 30_000, async () => {
      const now = await view();
      const told = (await answerOf<{ labels: { alertname?: string } }[]>(`${alertmanager}/api/v2/alerts`)).some(
        ({ labels }) => labels.alertname === "Watchdog",
      );
      const { data } = await answerOf<{ data: { groups: { rules: { health: string }[] }[] } }>(
        `${prometheus.url}/api/v1/rules`,
      );
      const waiting = data.groups.flatMap(({ rules }) => rules).filter(({ health }) => health === "unknown").length;
      if (waiting > 0 || !now.watchdog || !told)
        throw new Error(`${waiting} rules wait; the Watchdog arrived: ${told}`);
      return now;
    });
    assert.deepEqual(seen.rules.broken, []);
    assert.equal(
      seen.rules.rules,
      renderRules(settings).reduce((sum, { groups }) => sum + Object.values(groups).reduce((a, b) => a + b, 0), 0),
    );
  });

  it("writes bounds of buckets as rules and dashboards expect them", async () => {
    const bound = onPrometheus3() ? "300.0" : "300";
    const name = `${metrics.deploymentDiagnosis.name}_bucket`;
    assert.equal((await valuesOf(`${name}{le="${bound}"}`)).length, 1);
    assert.equal((await valuesOf(`${name}{le=~"300(\\\\.0)?"}`)).length, 1);
  });

  it("shows its own state as the program reads it after a change of files", async () => {
    const wanted = (plan.RULE_GROUPS ?? "").split("\n").sort();
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    // As files.sh reads them.
    const loaded = [...text.matchAll(/^prometheus_rule_group_rules\{rule_group="(.*)"\} (.*)$/gm)]
      .map(([, group, rules]) => `${group} ${rules}`)
      .filter((line) => line.includes(`/${ownerOf(environment)}.`));
    assert.deepEqual(loaded.sort(), wanted);
    for (const name of [
      "prometheus_config_last_reload_successful",
      "prometheus_config_last_reload_success_timestamp_seconds",
    ])
      assert.match(text, new RegExp(`^${name} [1-9]`, "m"));
    const targets = await (await fetch(`${prometheus.url}/api/v1/targets`)).text();
    const [file] = plannedFiles(plan).filter(({ path: name }) => name.endsWith(".json"));
    assert.ok(targets.includes(`"__meta_filepath":"${file?.path}"`));
  });

  it("refuses an exporter that does not name its format, from version 3 on", async () => {
    const health = await until("it is read once", 30_000, async () => {
      const { data } = await answerOf<{
        data: { activeTargets: { labels: { job: string }; health: string; lastError: string }[] };
      }>(`${prometheus.url}/api/v1/targets?state=active`);
      const one = data.activeTargets.find(({ labels }) => labels.job === "nameless");
      return one === undefined || one.health === "unknown" ? undefined : one;
    });
    if (onPrometheus3()) assert.match(`${health.health}: ${health.lastError}`, /^down: .*Content-Type/i);
    else assert.equal(health.health, "up");
  });
});
