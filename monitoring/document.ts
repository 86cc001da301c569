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
  return `${head("Metrics")}\nA value that is not known is absent, never 0. No id is a label.\n\n${sections.join("\n\n")}\n`;
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
      `## \`${name}\`\n\n| alert | severity | component | fixed labels | holds for | tells | first action |\n|---|---|---|---|---|---|---|\n${alerts.map(alertRow).join("\n")}`,
  );
  const muted = inhibitions.map((one) => `| ${one.source.join(", ")} | ${one.muted.join(", ")} | ${code(one.equal)} |`);
  const recorded = Object.values(recordings).map(({ name, help }) => `| \`${name}\` | ${cell(help)} |`);
  return `${head("Alerts")}
\`{{ … }}\` is filled in by Prometheus. Every alert links to its runbook section and its dashboard.

${sections.join("\n\n")}

## Who outranks whom

While the left one fires, the middle ones that agree with it in the labels on the right notify nobody.

| fires | kept silent | same |
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
  return `${head("Dashboards")}\n${sections.join("\n\n")}\n`;
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
