import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { type Panel, panelText, type PanelUnit, type StateText } from "./dashboards";
import { runbookUrl } from "./runbooks";

/** Name of the data-source variable; every query goes through it. */
export const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** Grafana's names of units: grafana.com/docs/grafana, "Standard options definitions". */
const grafanaUnits: Readonly<Record<PanelUnit, string>> = {
  count: "short",
  ratio: "percentunit",
  seconds: "s",
  bytes: "bytes",
  state: "none",
  timestamp: "dateTimeFromNow",
};

const toneColours: Readonly<Record<StateText["tone"] | "warning" | "critical", string>> = {
  good: "green",
  bad: "red",
  neutral: "blue",
  warning: "orange",
  critical: "red",
};

const panelHeights: Readonly<Record<Panel["kind"], number>> = {
  stat: 5,
  timeseries: 8,
  stateTimeline: 7,
  table: 7,
  barGauge: 7,
};

/** The methods that Grafana's panel builders share; the SDK has no type for them. */
interface PanelBuilder extends Builder<sdk.Panel> {
  title(title: string): this;
  description(text: string): this;
  datasource(ref: common.DataSourceRef): this;
  targets(targets: Builder<Dataquery>[]): this;
  unit(unit: string): this;
  height(rows: number): this;
  span(columns: number): this;
  thresholds(config: Builder<sdk.ThresholdsConfig>): this;
  mappings(mappings: sdk.ValueMapping[]): this;
  links(links: Builder<sdk.DashboardLink>[]): this;
  noValue(text: string): this;
}

const drawn: Readonly<Record<Panel["kind"], () => PanelBuilder>> = {
  timeseries: () =>
    new timeseries.PanelBuilder()
      .lineWidth(2)
      .fillOpacity(8)
      .spanNulls(false)
      .axisSoftMin(0)
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.DashedAndArea),
      ),
  stat: () => new stat.PanelBuilder().graphMode(common.BigValueGraphMode.Area),
  stateTimeline: () => new statetimeline.PanelBuilder().mergeValues(true),
  table: () => new table.PanelBuilder(),
  barGauge: () => new bargauge.PanelBuilder().orientation(common.VizOrientation.Horizontal),
};

function thresholdSteps(panel: Panel): sdk.Threshold[] {
  const below = (panel.thresholds ?? []).filter(({ worse }) => worse === "below");
  const above = (panel.thresholds ?? []).filter(({ worse }) => worse === "above");
  if (below.length === 0) {
    return [
      { value: null, color: toneColours.good },
      ...above.map(({ value, tone }) => ({ value, color: toneColours[tone] })),
    ];
  }
  // A step colours the range above it: so each "below" line gives its colour to the next lower step.
  const ordered = [...below].sort((a, b) => a.value - b.value);
  return ordered.reduce<sdk.Threshold[]>(
    (steps, { value }, index) => [...steps, { value, color: toneColours[ordered[index + 1]?.tone ?? "good"] }],
    [{ value: null, color: toneColours[ordered[0]?.tone ?? "good"] }],
  );
}

const mapping = (states: readonly StateText[]): sdk.ValueMapping => ({
  type: sdk.MappingType.ValueToText,
  options: Object.fromEntries(
    states.map(({ value, text, tone }, index) => [String(value), { text, color: toneColours[tone], index }]),
  ),
});

function query(panel: Panel, index: number): Builder<Dataquery> {
  const { expr, legend } = panel.queries[index] ?? { expr: () => "", legend: "" };
  const built = new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(DATASOURCE)
    .expr(expr("$environment"))
    .legendFormat(legend);
  const overTime = panel.kind === "timeseries" || panel.kind === "stateTimeline" || panel.kind === "stat";
  if (panel.kind === "table") return built.instant().format(prometheus.PromQueryFormat.Table);
  return overTime ? built.range() : built.instant();
}

/** Grafana's builder of one panel of the catalogue. */
export function renderPanel(panel: Panel, runbookBaseUrl: string): Builder<sdk.Panel> {
  const alerts = [...new Set((panel.thresholds ?? []).flatMap(({ alert }) => alert ?? []))];
  return drawn[panel.kind]()
    .title(panel.title)
    .description(`${panelText(panel)}\n\nEmpty until: ${panel.event}.`)
    .datasource(DATASOURCE)
    .targets(panel.queries.map((_, index) => query(panel, index)))
    .unit(grafanaUnits[panel.unit])
    .height(panelHeights[panel.kind])
    .span(panel.width)
    .noValue("no data")
    .thresholds(new sdk.ThresholdsConfigBuilder().mode(sdk.ThresholdsMode.Absolute).steps(thresholdSteps(panel)))
    .mappings(panel.states === undefined ? [] : [mapping(panel.states)])
    .links(
      alerts.map((alert) =>
        new sdk.DashboardLinkBuilder(`Runbook: ${alert}`)
          .type(sdk.DashboardLinkType.Link)
          .url(runbookUrl(runbookBaseUrl, alert))
          .targetBlank(true),
      ),
    );
}
