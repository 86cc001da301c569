import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { printJson } from "../command";
import { pageFiles } from "../console/assets";
import { dashboardData } from "../console/panels";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { deploymentMarks, evaluateDashboard } from "./evaluate";
import { filePage, renderPage } from "./page-file";
import { prometheusAt, type Window } from "./prometheus";
import { environmentAt, type OwnStack, sourceOf } from "./source";

const POINTS = 180;

interface Options {
  readonly stack?: string;
  readonly prometheus?: string;
  readonly environment?: string;
  readonly range: number;
  readonly json?: boolean;
}

/** The stack, unless the address of Prometheus is given without one. */
async function stackOf({ stack: wanted, prometheus }: Options): Promise<OwnStack | undefined> {
  if (prometheus !== undefined && wanted === undefined) return undefined;
  const stack = await currentStack(wanted);
  return { name: stack.name, settings: await settingsOf(stack) };
}

async function look(options: Options) {
  const { range } = options;
  const source = sourceOf(options, await stackOf(options));
  const { url } = source;
  const prometheus = prometheusAt(url, options.prometheus === undefined ? undefined : "--prometheus");
  const environment = environmentAt(source, await prometheus.environments());
  const end = Math.floor(Date.now() / 1000);
  const window: Window = { start: end - range, end, step: Math.max(5, Math.round(range / POINTS)) };
  const evaluated = [];
  for (const dashboard of dashboards) {
    evaluated.push(await evaluateDashboard(dashboard, environment, prometheus, window));
  }
  return { url, environment, window, evaluated, marks: await deploymentMarks(environment, prometheus, window) };
}

export async function render(options: Options & { out: string }): Promise<number> {
  const { url, environment, window, evaluated, marks } = await look(options);
  const data = evaluated.map((dashboard) => dashboardData(dashboard, window, marks));
  const page = renderPage({ environment, prometheus: url, dashboards: data }, await pageFiles(filePage));
  mkdirSync(path.dirname(path.resolve(options.out)), { recursive: true });
  writeFileSync(options.out, page);
  if (options.json) printJson<"dashboards-page">({ version: 1, file: options.out });
  else process.stdout.write(`${options.out}\n`);
  return 0;
}

export async function check(options: Options): Promise<number> {
  const { evaluated } = await look(options);
  const panels = evaluated.flatMap(({ dashboard, rows }) =>
    rows.flatMap(({ panels: found }) =>
      found.map(({ panel, series }) => ({
        dashboard: dashboard.uid,
        panel: panel.title,
        series: series.length,
        event: panel.event,
      })),
    ),
  );
  if (options.json) {
    printJson<"dashboards-check">({ version: 1, panels });
    return 0;
  }
  for (const { dashboard, panel, series, event } of panels) {
    process.stdout.write(
      `${series > 0 ? "✔" : "·"} ${dashboard}  ${panel}: ${series > 0 ? `${series} series` : `no data until ${event}`}\n`,
    );
  }
  const filled = panels.filter(({ series }) => series > 0).length;
  process.stdout.write(`${filled} of ${panels.length} panels have data.\n`);
  return 0;
}
