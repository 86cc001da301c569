import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { type Dashboard, dashboards } from "./dashboards";
import { metrics } from "./all-metrics";
import { foreignMetrics } from "./metrics/foreign";
import { select } from "./select";
import { DATASOURCE, renderPanel } from "./render-panel";
import type { MonitoringSettings, RenderedFile } from "./settings";

/** Settings on which the dashboards of all environments depend. */
export type DashboardSettings = Pick<MonitoringSettings, "runbookBaseUrl">;

/**
 * Logs of the environment's hosts in Grafana's Explore, through the variable `logs`; the labels are the log shipper's.
 */
function logsUrl(): string {
  const panes = {
    logs: {
      datasource: "${logs}",
      queries: [{ refId: "A", expr: '{environment="${environment}"}', datasource: { type: "loki", uid: "${logs}" } }],
      range: { from: "now-1h", to: "now" },
    },
  };
  // Grafana replaces ${...} in a link before it opens it, so these must not be escaped.
  const encoded = encodeURIComponent(JSON.stringify(panes)).replace(/%24%7B(\w+)%7D/g, "$${$1}");
  return `/explore?schemaVersion=1&orgId=1&panes=${encoded}`;
}

const external = (title: string, url: string): sdk.DashboardLinkBuilder =>
  new sdk.DashboardLinkBuilder(title).type(sdk.DashboardLinkType.Link).url(url).targetBlank(true);

/** Marks on the time axis where deployments ended; the series' value is the time. */
const deploymentMarks = (name: string, colour: string, metric: { readonly name: string }): sdk.AnnotationQueryBuilder =>
  new sdk.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .target(
      new prometheus.DataqueryBuilder()
        .refId("Anno")
        .expr(`${select(metric, "$environment")} * 1000`)
        .range(),
    )
    .expr(`${select(metric, "$environment")} * 1000`)
    .useValueForTime(true)
    .titleFormat(name)
    .textFormat("{{target}} {{reason}}");

function build(dashboard: Dashboard, { runbookBaseUrl }: DashboardSettings): sdk.Dashboard {
  const builder = new sdk.DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.description)
    .tags(["ghrunners"])
    .timezone("browser")
    .refresh("30s")
    .time({ from: "now-6h", to: "now" })
    .readonly()
    .withVariable(new sdk.DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
    .withVariable(new sdk.DatasourceVariableBuilder("logs").label("Logs").type("loki"))
    .withVariable(
      new sdk.QueryVariableBuilder("environment")
        .label("Environment")
        .datasource(DATASOURCE)
        .query(`label_values(${foreignMetrics.up.name}{job=~"ghrunners-.+"}, environment)`)
        .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
        .sort(sdk.VariableSort.AlphabeticalAsc),
    )
    .annotation(deploymentMarks("Deployment succeeded", "green", metrics.deploymentLastSuccess))
    .annotation(deploymentMarks("Deployment failed", "red", metrics.deploymentLastFailure))
    .link(external("Runbooks", runbookBaseUrl))
    .link(external("Logs", logsUrl()));
  for (const other of dashboards.filter(({ uid }) => uid !== dashboard.uid)) {
    builder.link(
      new sdk.DashboardLinkBuilder(other.title)
        .type(sdk.DashboardLinkType.Link)
        .url(`/d/${other.uid}`)
        .includeVars(true)
        .keepTime(true),
    );
  }
  for (const row of dashboard.rows) {
    builder.withRow(new sdk.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(renderPanel(panel, runbookBaseUrl));
  }
  return builder.build();
}

/** Grafana's dashboards as files for its file provisioning, `<uid>.json`; the same settings give the same bytes. */
export function renderDashboards(settings: DashboardSettings): RenderedFile[] {
  return dashboards.map((dashboard) => ({
    name: `${dashboard.uid}.json`,
    content: `${JSON.stringify(build(dashboard, settings), null, 2)}\n`,
  }));
}
