import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import { printJson } from "../command";
import { pageFiles } from "../console/assets";
import { dashboardData } from "../console/panels";
import { monitoringUrls } from "../monitoring/address";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { deploymentMarks, evaluateDashboard } from "./evaluate";
import { filePage, renderPage } from "./page-file";
import { prometheusAt, type Window } from "./prometheus";

const POINTS = 180;

interface Options {
  readonly stack?: string;
  readonly prometheus?: string;
  readonly environment?: string;
  readonly range: number;
  readonly json?: boolean;
}

/** @throws Error if neither an option nor the stack gives Prometheus's address */
async function addressOf(options: Options): Promise<string> {
  if (options.prometheus !== undefined) return options.prometheus;
  const stack = await currentStack(options.stack);
  const urls = monitoringUrls(await settingsOf(stack));
  if (urls !== undefined) return urls.prometheus;
  throw new Error(
    `The stack ${stack.name} has no monitoring host. Expected the group ghrunners:monitoring, or --prometheus URL.`,
  );
}

async function look(options: Options) {
  const { environment: wanted, range } = options;
  const url = await addressOf(options);
  const prometheus = prometheusAt(url, options.prometheus === undefined ? undefined : "--prometheus");
  const known = await prometheus.environments();
  const environment = wanted ?? known[0];
  if (environment === undefined || !known.includes(environment)) {
    throw new Error(
      `Prometheus at ${url} has targets of ${known.join(", ") || "no environment"}, expected ${wanted ?? "at least one"}. Set the monitoring group of the configuration and run pulumi up, or choose another with --environment.`,
    );
  }
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
