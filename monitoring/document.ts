import { writeFileSync } from "node:fs";
import { type Alert, alertGroups, inhibitions } from "./alerts";
import { dashboards } from "./dashboards";
import { metricsFrom, scrapeLabels, type MetricSource } from "./all-metrics";
import { RECORDING_GROUP, recordings } from "./recordings";
import { runbookAnchor, runbooks } from "./runbooks";

const cell = (text: string): string => text.replace(/\|/g, "\\|").replace(/\n/g, " ");
const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
const head = (title: string): string =>
  `# ${title}\n\n<!-- Rendered from monitoring/ by \`npx tsx monitoring/document.ts\`; a test compares the two. -->\n`;

const sources: Readonly<Record<MetricSource, string>> = {
  host: "Host view: the exporter on each runner, port 9101",
  fleet: "Fleet view: the exporter on the monitoring host, port 9102",
  switch: "Failover switch: on the monitoring host, port 9103",
  target: "Target view: the textfile on each deployment target, read by its node exporter, port 9100",
};

function metricsPage(): string {
  const sections = (Object.keys(sources) as MetricSource[]).map((source) => {
    const rows = metricsFrom(source).map(
      ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${code(labels)} | ${cell(help)} |`,
    );
    return `## ${sources[source]}\n\nPrometheus adds ${code(scrapeLabels[source])}.\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join("\n")}`;
  });
  return `${head("Metrics")}\nAll metrics that the exporters publish, with their labels and meaning. For those who write queries or change a rule. How\nthe values are collected: [exporters](../explanation/exporters.md).\n\nA value that is not known is absent, never 0. No metric has an id as a label.\n\n${sections.join("\n\n")}\n`;
}

function alertRow({
  name,
  severity,
  component,
  role,
  labels = {},
  for: wait = "at once",
  description,
  action,
}: Alert): string {
  const anchor = `../runbooks/${runbooks[name]}#${runbookAnchor(name)}`;
  const apart = [
    ...(role === undefined ? [] : [`role ${role}`]),
    ...Object.entries(labels).map((pair) => pair.join(" ")),
  ];
  return `| [${name}](${anchor}) | ${severity} | ${component} | ${apart.join(", ")} | ${wait} | ${cell(description)} | ${cell(action)} |`;
}

function alertsPage(): string {
  const sections = alertGroups.map(
    ({ name, alerts }) =>
      `## \`${name}\`\n\n| alert | severity | component | fixed labels | waits | description | first action |\n|---|---|---|---|---|---|---|\n${alerts.map(alertRow).join("\n")}`,
  );
  const muted = inhibitions.map((one) => `| ${one.source.join(", ")} | ${one.muted.join(", ")} | ${code(one.equal)} |`);
  const recorded = Object.values(recordings).map(({ name, help }) => `| \`${name}\` | ${cell(help)} |`);
  return `${head("Alerts")}
All alerts, with their conditions and the first action. For on-call, and for those who change a rule. How severity, routes
and muting work: [monitoring](../explanation/monitoring.md).

Each alert links to its runbook section. The column "waits" says how long the condition must hold before the alert fires.
Prometheus fills in \`{{ … }}\`.

${sections.join("\n\n")}

## Muted alerts

While the alert in the first column fires, the alerts in the second column send no notification if they have the same
values of the labels in the third column.

| fires | muted | same labels |
|---|---|---|
${muted.join("\n")}

## Recording rules (\`${RECORDING_GROUP}\`)

| series | meaning |
|---|---|
${recorded.join("\n")}
`;
}

function dashboardsPage(): string {
  const sections = dashboards.map(({ uid, title, description, rows }) => {
    const panels = rows
      .flatMap((row) => row.panels)
      .map(
        (panel) =>
          `| ${cell(panel.title)} | ${cell(panel.shows)} | ${cell(panel.normal)} | ${cell(panel.worry)} | ${cell(panel.event)} |`,
      );
    return `## ${title} (\`${uid}\`)\n\n${description}\n\n| panel | what this shows | normal | worry if | has data once |\n|---|---|---|---|---|\n${panels.join("\n")}`;
  });
  const purpose =
    "All panels of the dashboards: what each shows, what is normal, and when to worry. For readers of the dashboards.\n" +
    "To look at them: [monitoring](../explanation/monitoring.md#look-at-the-dashboards). A panel stays empty until the\n" +
    "event in its last column has happened.";
  return `${head("Dashboards")}\n${purpose}\n\n${sections.join("\n\n")}\n`;
}

/** The produced pages by path. */
export function renderDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/reference/metrics.md", metricsPage()],
    ["docs/reference/alerts.md", alertsPage()],
    ["docs/reference/dashboards.md", dashboardsPage()],
  ]);
}

if (require.main === module) for (const [file, text] of renderDocuments()) writeFileSync(file, text);
