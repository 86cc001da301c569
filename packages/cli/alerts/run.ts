import { setTimeout as delay } from "node:timers/promises";
import { monitoringUrls } from "../monitoring/address";
import { lookAtMonitoring, type MonitoringView } from "../monitoring/look";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { renderAlerts } from "./render";

const WATCH_EVERY_MS = 2_000;

export interface Options {
  readonly stack?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

type Look = () => Promise<MonitoringView>;

async function looker(options: Options): Promise<Look> {
  const stack = await currentStack(options.stack);
  const settings = await settingsOf(stack);
  const urls = monitoringUrls(settings);
  if (urls === undefined) {
    throw new Error(
      `The stack ${stack.name} has no monitoring host, expected the group ghrunners:monitoring and hosts: manage. Next: docs/reference/configuration.md`,
    );
  }
  return () => lookAtMonitoring(urls, settings.environment);
}

async function watch(look: Look, first: MonitoringView, json: boolean): Promise<never> {
  let seen = first;
  for (;;) {
    await delay(WATCH_EVERY_MS);
    const now = await look();
    if (JSON.stringify(now.alerts) === JSON.stringify(seen.alerts)) continue;
    process.stdout.write(json ? `${JSON.stringify(now)}\n` : renderAlerts(now, new Date()));
    seen = now;
  }
}

export async function alerts(options: Options): Promise<number> {
  const look = await looker(options);
  const view = await look();
  if (options.json) process.stdout.write(`${JSON.stringify(view, null, options.watch ? 0 : 2)}\n`);
  else process.stdout.write(renderAlerts(view, new Date()));
  if (options.watch) await watch(look, view, options.json ?? false);
  return view.watchdog && view.alerts.every(({ state }) => state === "pending") ? 0 : 1;
}
