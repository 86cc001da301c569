import { alert, gateOf, github, heal, monitoring, rogue, tellsEach, view } from "./changed";
import { healthy, settings } from "./facts";

describe("the doctor's checks of monitoring, targets and changes", () => {
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
