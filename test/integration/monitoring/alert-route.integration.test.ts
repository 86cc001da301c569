import assert from "node:assert/strict";
import { parse } from "yaml";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { inhibitions } from "@ghrunners/monitoring/alerts/inhibitions";
import { ON_CALL_RECEIVER, renderAlertmanagerConfig, renderAlertRoute, WATCHDOG_RECEIVER } from "@ghrunners/monitoring";
import { type AlertingRule, ruleGroup } from "@ghrunners/monitoring/render-rules";
import { withFiles } from "../../unit/monitoring/promtool";
import { settings } from "../../unit/monitoring/settings";

const config = renderAlertmanagerConfig({
  onCallUrl: "http://127.0.0.1:9094/on-call",
  watchdogUrl: "http://127.0.0.1:9094/watchdog",
});
const rules = alertGroups.flatMap((group) => ruleGroup(group, settings).rules as AlertingRule[]);

/** Asks amtool where an alert goes. */
function route(file: { name: string; content: string }, receiver: string, labels: Readonly<Record<string, string>>) {
  return withFiles([file], "amtool", [
    "config",
    "routes",
    "test",
    `--config.file=${file.name}`,
    `--verify.receivers=${receiver}`,
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
  ]);
}

describe("alert route, judged by amtool", function () {
  this.timeout(60_000);

  it("the configuration is sound", () => {
    const { code, output } = withFiles([config], "amtool", ["check-config", config.name]);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`${inhibitions.length} inhibit rules`));
  });

  it("every severity of every component reaches on-call, Watchdog its own receiver", () => {
    const kinds = new Map(
      rules.map(({ alert, labels }) => {
        const receiver = alert === "Watchdog" ? WATCHDOG_RECEIVER : ON_CALL_RECEIVER;
        const { severity = "", component = "" } = labels;
        return [
          `${receiver} ${severity} ${component}`,
          { receiver, labels: { alertname: alert, severity, component } },
        ];
      }),
    );
    assert.ok(kinds.size > 6);
    for (const { receiver, labels } of kinds.values()) {
      const { code, output } = route(config, receiver, labels);
      assert.equal(code, 0, `${JSON.stringify(labels)}: ${output}`);
    }
  });

  it("the fragment fits into an existing configuration and matches only the project's alerts", () => {
    const fragment = parse(renderAlertRoute().content) as {
      route: { routes: object[] };
      inhibit_rules: object[];
      receivers: object[];
    };
    const theirs = {
      name: "theirs.yml",
      content: JSON.stringify({
        route: { receiver: "theirs", routes: fragment.route.routes },
        inhibit_rules: fragment.inhibit_rules,
        receivers: [{ name: "theirs" }, ...fragment.receivers],
      }),
    };
    assert.equal(route(theirs, ON_CALL_RECEIVER, { severity: "critical", component: "runner" }).code, 0);
    assert.equal(route(theirs, "theirs", { severity: "critical", component: "printer" }).code, 0);
    assert.notEqual(route(theirs, ON_CALL_RECEIVER, { severity: "critical", component: "printer" }).code, 0);
  });

  it("an alert that mutes others is not muted by them", () => {
    for (const { source, muted } of inhibitions) {
      assert.deepEqual(
        source.filter((name) => muted.includes(name)),
        [],
      );
    }
  });
});
