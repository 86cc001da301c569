import assert from "node:assert/strict";
import { MonitoringHost, type MonitoringHostArgs, type MonitoringServiceArgs } from "@ghrunners/components";
import { finder, graphOf, isSecretValue, plain, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { host, planted } from "./support/arguments";

const args = (): MonitoringHostArgs => ({
  host,
  sshPrivateKey: planted.sshPrivateKey,
  environment: "demo",
  paths: {
    prometheusConfig: "/etc/prometheus/prometheus.yml",
    rules: "/etc/prometheus/rules.d",
    targets: "/etc/prometheus/targets.d",
    dashboards: "/var/lib/grafana/dashboards/ghrunners",
  },
  files: {
    rules: [{ name: "health", text: "groups: []\n", groups: { health: 3 } }],
    targets: [{ name: "targets", text: "[]\n" }],
    dashboards: [],
    alertmanager: "route: {}\n",
  },
  alertmanager: {
    file: "/etc/prometheus/alertmanager.yml",
    url: "http://127.0.0.1:9093",
    receiver: "on-call",
    routed: ["severity=critical"],
    managed: false,
  },
});
const made = (change: Partial<MonitoringHostArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(() => void new MonitoringHost("watch", { ...args(), ...change }));
const children = (graph: readonly RegisteredResource[]): string[] =>
  graph.filter(({ parent }) => parent === "watch").map(({ name }) => name);

describe("MonitoringHost", () => {
  it("puts the files there and proves the way to on-call", async () => {
    const graph = await made();
    assert.deepEqual(children(graph).sort(), ["watch-alertmanager", "watch-files"]);
    const stdin = plain(finder(graph)("watch-files").inputs.stdin) as string;
    assert.ok(stdin.includes("/etc/prometheus/rules.d/ghrunners.demo.health.yml"));
    assert.ok(stdin.includes("PROMETHEUS_URL='http://127.0.0.1:9090'"));
  });

  it("checks an Alertmanager that is its owner's, and writes one that was given to it", async () => {
    const verb = async (managed: boolean): Promise<unknown> => {
      const { alertmanager } = args();
      return finder(await made({ alertmanager: { ...alertmanager, managed } }))("watch-alertmanager").inputs.create;
    };
    assert.match(String(await verb(false)), / check$/);
    assert.match(String(await verb(true)), / manage$/);
  });

  it("starts its services before targets name them", async () => {
    const config: MonitoringServiceArgs["config"] = {
      view: "fleet",
      listen: { host: "127.0.0.1", port: 9102 },
      githubUrl: "https://github.com",
      repository: "octo-org/demo-app",
      runners: [],
      label: "production",
      deploymentWorkflow: "deploy.yml",
      secrets: [],
    };
    const graph = await made({ fleetExporter: { config } });
    const exporter = finder(graph)("watch-fleet-exporter");
    assert.deepEqual([exporter.inputs.kind, exporter.inputs.incarnation], ["fleet", host.hostKey]);
    assert.ok(finder(graph)("watch-files").dependencies.includes("watch-fleet-exporter"));
  });

  it("marks the private key, shows it nowhere, and hides no file", async () => {
    const graph = await made();
    const { connection, stdin } = finder(graph)("watch-files").inputs;
    assert.ok(isSecretValue(connection) || isSecretValue((connection as Record<string, unknown>).privateKey));
    assert.ok(!isSecretValue(stdin));
    assert.deepEqual(showing(graph, planted.sshPrivateKey), []);
  });

  it("refuses a host by name and a relative folder, at once", async () => {
    const wrong = { host: { ...host, host: "prometheus" }, paths: { ...args().paths, rules: "rules.d" } };
    await assert.rejects(made(wrong), (error: Error) => {
      assert.match(error.message, /^2 arguments of MonitoringHost "watch" cannot be taken/);
      assert.match(error.message, /host\.host: seen "prometheus", expected an IPv4 address/);
      assert.match(error.message, /paths\.rules: seen "rules\.d", expected an absolute path without blanks/);
      return true;
    });
  });
});
