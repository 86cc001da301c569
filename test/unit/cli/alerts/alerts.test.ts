import assert from "node:assert/strict";
import { age, renderAlerts } from "@ghrunners/cli/alerts/render";
import { notificationLines } from "@ghrunners/lab/oncall/notifications";
import { fromOutside } from "@ghrunners/cli/monitoring/address";
import { joinAlerts, type MonitoringView, type PrometheusAlert } from "@ghrunners/cli/monitoring/collect";

const alert = (name: string, severity: string, state: PrometheusAlert["state"], minute: number): PrometheusAlert => ({
  labels: { alertname: name, severity, component: "runner", environment: "lab", role: "primary", runner: "one" },
  annotations: { summary: `${name} happened`, runbook_url: `https://x/r.md#${name.toLowerCase()}` },
  state,
  activeAt: `2026-11-22T10:0${minute}:00Z`,
});

describe("alerts as an operator sees them", () => {
  const prometheus = [
    alert("Slow", "info", "pending", 1),
    alert("Muted", "critical", "firing", 2),
    alert("Old", "warning", "firing", 3),
    alert("Grave", "critical", "firing", 4),
  ];
  const known = [{ labels: prometheus[1]!.labels, status: { state: "suppressed" } }];

  it("puts what fires first, the gravest at the top, and says what is muted", () => {
    const joined = joinAlerts(prometheus, known);
    assert.deepEqual(
      joined.map(({ name, state }) => [name, state]),
      [
        ["Grave", "firing"],
        ["Old", "firing"],
        ["Muted", "muted"],
        ["Slow", "pending"],
      ],
    );
  });

  it("a mute of another alert mutes nothing", () => {
    const other = [{ labels: { ...prometheus[1]!.labels, runner: "two" }, status: { state: "suppressed" } }];
    assert.ok(joinAlerts(prometheus, other).every(({ state }) => state !== "muted"));
  });

  it("meets the host's loopback at the host's address, and leaves other addresses alone", () => {
    assert.equal(fromOutside("http://127.0.0.1:9090", "192.0.2.9"), "http://192.0.2.9:9090");
    assert.equal(fromOutside("http://localhost:9090", "192.0.2.9"), "http://192.0.2.9:9090");
    assert.equal(fromOutside("https://prometheus.example", "192.0.2.9"), "https://prometheus.example");
  });

  it("shows runbooks, notifications, and that the Watchdog is silent", () => {
    const at = new Date("2026-11-22T10:05:00Z");
    const view: MonitoringView = {
      prometheus: "http://x",
      targets: [],
      rules: { groups: 1, rules: 40, broken: [] },
      alerts: joinAlerts(prometheus, known),
      watchdog: false,
    };
    const screen = renderAlerts(view, at);
    assert.match(screen, /Grave.* \(primary one\) for 60 s/);
    assert.match(screen, /r\.md#grave/);
    const [told] = notificationLines({
      seq: 1,
      at: "2026-11-22T10:04:30.000Z",
      receiver: "oncall-sre",
      alerts: [{ status: "firing", labels: prometheus[3]!.labels, annotations: {}, startsAt: "" }],
    });
    assert.match(told ?? "", /10:04:30 .*FIRING.*Grave.*oncall-sre/);
    assert.match(screen, /Watchdog does not fire/);
    assert.match(renderAlerts({ ...view, alerts: [] }, at), /none.*: 40 rules/);
    assert.equal(age("2026-11-22T07:05:00Z", at), "3 h");
  });
});
