import type { Described } from "@ghrunners/core/schema";
import { print, printJson } from "../command";
import { monitoringUrls } from "../monitoring/address";
import { collectMonitoring, type MonitoringView } from "../monitoring/collect";
import { currentStack } from "../pulumi/stack";
import type { schemas } from "../schemas";
import { settingsOf } from "../settings";
import { watch } from "../watch";
import { isQuiet, renderAlerts } from "./render";

const WATCH_EVERY_MS = 2_000;

export interface AlertsOptions {
  readonly stack?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

type ReadMonitoring = () => Promise<MonitoringView>;

async function monitoringReader(options: AlertsOptions): Promise<ReadMonitoring> {
  const stack = await currentStack(options.stack);
  const settings = await settingsOf(stack);
  const urls = monitoringUrls(settings);
  if (urls === undefined) {
    throw new Error(
      `The stack ${stack.name} has no monitoring host, expected the group ghrunners:monitoring and hosts: manage. Next: docs/reference/configuration.md`,
    );
  }
  return () => collectMonitoring(urls, settings.environment);
}

/** @param line prints one JSON object per line, for a reader that follows the output */
function show(view: MonitoringView, json: boolean, line: boolean): void {
  const value: Described<typeof schemas.alerts> = { version: 1, ...view };
  if (!json) print(renderAlerts(view, new Date()));
  else if (line) process.stdout.write(`${JSON.stringify(value)}\n`);
  else printJson<"alerts">(value);
}

export async function alerts(options: AlertsOptions): Promise<number> {
  const look = await monitoringReader(options);
  const json = options.json ?? false;
  if (options.watch) {
    const essence = (view: MonitoringView): unknown => view.alerts;
    await watch({ look, show: (view) => show(view, json, true), essence, everyMs: WATCH_EVERY_MS, redraw: false });
  }
  const view = await look();
  show(view, json, false);
  return isQuiet(view) ? 0 : 1;
}
