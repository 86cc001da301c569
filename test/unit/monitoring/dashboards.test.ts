import assert from "node:assert/strict";
import { parser } from "@prometheus-io/lezer-promql";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { foreignMetrics } from "@ghrunners/monitoring/metrics/foreign";
import { metrics } from "@ghrunners/monitoring/all-metrics";
import { recordings } from "@ghrunners/monitoring/recordings";
import { renderDashboards } from "@ghrunners/monitoring";
import { type AlertingRule, recordingGroup, ruleGroup } from "@ghrunners/monitoring/render-rules";
import { settings } from "./settings";

/** Names of the series in an expression; throws where it does not parse. */
function seriesIn(expr: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to, name }) => {
      assert.ok(!type.isError, `does not parse at ${from}: ${expr}`);
      // The parser's grammar: the name of a selected series.
      if (name === "VectorSelector") {
        const text = /^[\w:]+/.exec(expr.slice(from, to))?.[0];
        if (text !== undefined) found.push(text);
      }
    },
  });
  return found;
}

const known = new Set<string>([
  ...Object.values(metrics).flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
  ...Object.values(foreignMetrics).map(({ name }) => name),
  ...Object.values(recordings).map(({ name }) => name),
]);

const panels = dashboards.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ uid, panel }))),
);
const rules = alertGroups.flatMap((group) => ruleGroup(group, settings).rules as AlertingRule[]);

interface GrafanaPanel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly targets?: readonly { expr: string; datasource: { uid: string } }[];
  readonly gridPos: { x: number; w: number };
}
interface GrafanaDashboard {
  readonly uid: string;
  readonly refresh: string;
  readonly templating: { list: readonly { name: string }[] };
  readonly annotations: { list: readonly { name: string }[] };
  readonly links: readonly { title: string; url: string }[];
  readonly panels: readonly GrafanaPanel[];
}

describe("contract of rules, dashboards and metrics", () => {
  it("a broken expression and an unknown series would be seen", () => {
    assert.throws(() => seriesIn("sum(rate(up[5m])"));
    assert.deepEqual(seriesIn('sum(runner_status{role="a"}) / nobody_emits_this'), [
      "runner_status",
      "nobody_emits_this",
    ]);
    assert.ok(!known.has("nobody_emits_this"));
  });

  it("every rule parses and uses only series that a program emits", () => {
    const expressions = [...rules, ...recordingGroup(settings).rules].map(({ expr }) => expr);
    for (const expr of expressions) {
      for (const name of seriesIn(expr)) assert.ok(known.has(name), `${name} in ${expr}`);
    }
  });

  for (const { uid, panel } of panels) {
    it(`${uid}, ${panel.title}: its queries parse and use known series`, () => {
      assert.ok(panel.queries.length > 0);
      for (const { expr } of panel.queries) {
        const used = seriesIn(expr("production"));
        assert.ok(used.length > 0);
        for (const name of used) assert.ok(known.has(name), name);
      }
      for (const text of [panel.shows, panel.normal, panel.worry, panel.event]) assert.ok(text.length > 1);
    });
  }

  it("a panel's line is where the alert of its name fires", () => {
    const lines = panels.flatMap(({ panel }) =>
      (panel.thresholds ?? []).flatMap(({ value, worse, alert }) =>
        alert === undefined ? [] : [{ panel: panel.title, value, worse, alert }],
      ),
    );
    assert.ok(lines.length > 10);
    for (const { panel, value, worse, alert } of lines) {
      const sign = worse === "above" ? ">" : "<=?";
      const comparison = new RegExp(`${sign} ${String(value).replace(".", "\\.")}(?![\\d.])`);
      assert.ok(
        rules.some((rule) => rule.alert === alert && comparison.test(rule.expr)),
        `${panel}: no rule of ${alert} compares with ${value}`,
      );
    }
  });
});

describe("Grafana dashboards", () => {
  const rendered = renderDashboards(settings).map(({ name, content }) => ({
    name,
    dashboard: JSON.parse(content) as GrafanaDashboard,
  }));

  it("have the fixed uids, and are the same bytes each time", () => {
    assert.deepEqual(rendered.map(({ dashboard }) => dashboard.uid).sort(), [
      "deployment-pipeline",
      "github-runner-health",
      "sre-overview",
    ]);
    assert.deepEqual(renderDashboards(settings), renderDashboards(settings));
  });

  for (const { name, dashboard } of rendered) {
    it(`${name}: refresh, variables, annotations, links`, () => {
      assert.equal(dashboard.refresh, "30s");
      assert.deepEqual(
        dashboard.templating.list.map((variable) => variable.name),
        ["datasource", "logs", "environment"],
      );
      assert.equal(dashboard.annotations.list.length, 2);
      const titles = dashboard.links.map(({ title }) => title);
      assert.ok(titles.includes("Runbooks") && titles.includes("Logs") && titles.length === 4, titles.join());
    });

    it(`${name}: each panel asks through the variables, says what it shows and fits the grid`, () => {
      const drawn = dashboard.panels.filter(({ type }) => type !== "row");
      const model = dashboards.find(({ uid }) => uid === dashboard.uid);
      assert.equal(drawn.length, model?.rows.flatMap((row) => row.panels).length);
      for (const panel of drawn) {
        assert.match(panel.description ?? "", /What this shows.*Normal.*Worry if/s);
        assert.ok(panel.gridPos.x + panel.gridPos.w <= 24, panel.title);
        for (const { expr, datasource } of panel.targets ?? []) {
          assert.equal(datasource.uid, "${datasource}");
          assert.ok(expr.includes('environment="$environment"') || expr.includes("by (environment"), expr);
        }
      }
    });
  }
});
