import type { Panel } from "@ghrunners/monitoring/dashboards/index";
import { drawBarGauge, drawStat, drawTable } from "./draw/newest";
import { drawStateTimeline } from "./draw/state-timeline";
import { drawTimeseries } from "./draw/timeseries";
import type { EvaluatedDashboard, EvaluatedPanel, Mark } from "./evaluate";
import { clock, escape, moment } from "./format";
import type { Window } from "./prometheus";

/** What the page states about its origin. */
export interface PageFacts {
  readonly environment: string;
  readonly prometheus: string;
  readonly window: Window;
  readonly marks: readonly Mark[];
  /** Text of colours.css and page.css. */
  readonly style: string;
}

function draw(evaluated: EvaluatedPanel, { window, marks }: PageFacts): string {
  if (evaluated.series.length === 0) {
    return `<p class="empty">No data. It appears when ${escape(evaluated.panel.event)}.</p>`;
  }
  const drawings: Readonly<Record<Panel["kind"], () => string>> = {
    timeseries: () => drawTimeseries(evaluated, window, marks),
    stateTimeline: () => drawStateTimeline(evaluated, window),
    stat: () => drawStat(evaluated),
    table: () => drawTable(evaluated),
    barGauge: () => drawBarGauge(evaluated),
  };
  return drawings[evaluated.panel.kind]();
}

function section(evaluated: EvaluatedPanel, facts: PageFacts): string {
  const { title, kind, width, shows, normal, worry } = evaluated.panel;
  const text = `<details><summary title="What this shows">?</summary><div class="text"><p><b>What this shows</b> ${escape(shows)}</p><p><b>Normal</b> ${escape(normal)}</p><p><b>Worry if</b> ${escape(worry)}</p></div></details>`;
  return `<section class="panel ${kind}" style="--columns:${width}"><h3>${escape(title)}</h3>${text}${draw(evaluated, facts)}</section>`;
}

/** The dashboards as one self-contained HTML page. */
export function renderPage(dashboards: readonly EvaluatedDashboard[], facts: PageFacts): string {
  const { environment, window } = facts;
  const links = dashboards.map(({ dashboard }) => `<a href="#${dashboard.uid}">${escape(dashboard.title)}</a>`);
  const bodies = dashboards.map(({ dashboard, rows }) => {
    const drawn = rows.map(
      ({ title, panels }) =>
        `<h2>${escape(title)}</h2><div class="row">${panels.map((panel) => section(panel, facts)).join("\n")}</div>`,
    );
    return `<article id="${dashboard.uid}"><h1>${escape(dashboard.title)}</h1><p class="about">${escape(dashboard.description)}</p>${drawn.join("\n")}</article>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(environment)}: GitHub runners</title>
<style>${facts.style}</style>
</head>
<body>
<header><strong>${escape(environment)}</strong><nav>${links.join("")}</nav><span>${moment(window.start)} to ${clock(window.end)} UTC, from ${escape(facts.prometheus)}</span></header>
<main>${bodies.join("\n")}</main>
</body>
</html>
`;
}
