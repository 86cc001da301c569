import assert from "node:assert/strict";
import type net from "node:net";
import tls from "node:tls";
import { monitoringCertificates } from "@ghrunners/cli/doctor/observe-certificates";
import type { Settings } from "@ghrunners/config/parse";
import { issueAuthority, issueServer } from "@ghrunners/lab/certificates";
import { alert, gateOf, github, heal, monitoring, rogue, tellsEach, view } from "./changed";
import { at, healthy, inDays, settings } from "./facts";

const certified = (service: "Prometheus" | "Alertmanager" | "Grafana", days: number) => {
  const certificate = { ends: inDays(days), untrusted: undefined, subject: "mon", issuer: "lab", fingerprint: "AA" };
  return monitoring({ certificates: [{ service, url: "https://mon.example", certificate }] });
};

describe("the doctor's checks of monitoring, targets and changes", () => {
  it("reads the certificates of services that are named by https and answer, and of no other", async () => {
    const pair = await issueServer(await issueAuthority(at), { ips: ["127.0.0.1"], names: [] }, at);
    const server = tls.createServer({ key: pair.key, cert: pair.certificate });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as net.AddressInfo;
      const urls = {
        prometheusUrl: `https://127.0.0.1:${port}/prometheus`,
        alertmanager: { url: "https://127.0.0.1:2" },
      };
      const named = { host: "127.0.0.1", ...urls, dashboardBaseUrl: `http://127.0.0.1:${port}` };
      const asked = { hosts: "manage", monitoring: named } as unknown as Settings;
      const found = await monitoringCertificates(asked, 5_000);
      assert.deepEqual(
        found.map(({ service, url }) => [service, url]),
        [["Prometheus", urls.prometheusUrl]],
      );
      assert.ok((found[0]?.certificate.ends ?? 0) > at.getTime());
    } finally {
      server.close();
    }
  });

  tellsEach([
    [
      "a monitoring host that does not answer",
      monitoring({ host: { error: "no answer" } }),
      "problem monitoring-ssh",
      /^ssh -v/,
    ],
    [
      "Prometheus that does not answer",
      monitoring({ view: { error: "no answer" } }),
      "problem monitoring-services",
      /systemctl status prometheus/,
    ],
    ["no targets", view({ targets: [] }), "problem monitoring-exporters", /restore-monitoring/],
    [
      "an exporter that is down",
      view({ targets: [{ job: "j", instance: "i", subject: null, health: "down", error: "refused" }] }),
      "problem monitoring-exporters",
      heal,
    ],
    [
      "an exporter that was not read yet",
      view({ targets: [{ job: "j", instance: "i", subject: null, health: "unknown", error: "" }] }),
      "warning monitoring-exporters",
      /in a minute/,
    ],
    [
      "no rules",
      view({ rules: { groups: 0, rules: 0, broken: [] } }),
      "problem monitoring-rules",
      /restore-monitoring/,
    ],
    [
      "a broken rule",
      view({ rules: { groups: 1, rules: 1, broken: [{ name: "r", error: "e" }] } }),
      "problem monitoring-rules",
      /restore-monitoring/,
    ],
    ["a silent Watchdog", view({ watchdog: false }), "problem monitoring-watchdog", /monitoring-blind/],
    [
      "a critical alert",
      view({ alerts: [{ ...alert, severity: "critical" }] }),
      "problem monitoring-alerts",
      /runbook/,
    ],
    ["another alert", view({ alerts: [{ ...alert, severity: "warning" }] }), "warning monitoring-alerts", /runbook/],
    [
      "a Grafana that does not read the dashboards",
      monitoring({ grafana: { value: { answers: true, lacks: [{ what: "no provider reads them", add: "lines" }] } } }),
      "warning monitoring-grafana",
      /^ghrunners setup monitoring$/,
    ],
    [
      "a Grafana that could not be looked at",
      monitoring({ grafana: { error: "no answer" } }),
      "unknown monitoring-grafana",
      /ghrunners setup monitoring/,
    ],
    [
      "a Prometheus whose certificate ends in five days",
      certified("Prometheus", 5),
      "problem monitoring-certificates",
      /^renew it where Prometheus is served$/,
    ],
    [
      "an Alertmanager whose certificate ends in ten days",
      certified("Alertmanager", 10),
      "warning monitoring-certificates",
      /^renew it/,
    ],
    [
      "a Grafana whose certificate has ended, which decides nothing",
      certified("Grafana", -1),
      "warning monitoring-certificates",
      /^renew it/,
    ],
    [
      "a switch that does not decide",
      monitoring({
        gate: { value: { ...gateOf(), problems: ["too old"], next: "docs/runbooks/monitoring-blind.md" } },
      }),
      "problem monitoring-switch",
      /runbooks/,
    ],
    [
      "a target without a key that does not answer",
      { ...healthy(), hosts: { ...healthy().hosts, app: { error: "no answer" } } },
      "warning target-ssh app",
      /^ssh -v/,
    ],
    [
      "a target whose agent fails",
      {
        ...healthy(),
        targets: [{ target: "app", deployed: true, incidents: [], sending: null, problem: "its answer is no JSON" }],
      },
      "unknown target-agent app",
      /ghrunners incidents/,
    ],
    [
      "a secret that is due",
      github({
        scoped: {
          value: {
            variables: [],
            secrets: settings().secrets.map(({ name: each, scope }) => ({
              name: each,
              scope,
              updatedAt: each === "DEPLOY_KEY" ? "2026-06-01T00:00:00Z" : "2026-11-20T00:00:00Z",
            })),
          },
        },
      }),
      "warning secret-age DEPLOY_KEY",
      /ghrunners rotate DEPLOY_KEY --apply/,
    ],
    ["a rogue runner with this label", rogue(), "problem drift", /gh api --method DELETE .*actions\/runners\/99$/],
  ]);
});
