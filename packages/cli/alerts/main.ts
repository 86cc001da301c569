import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { runCommand } from "../command";
import { topology } from "@ghrunners/lab/topology";
import { runInside } from "../inside";
import { monitoringUrls } from "../monitoring/address";
import { openStack, stackName } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { note } from "@ghrunners/core/terminal";
import type { AlertsInput, AlertsView } from "./look.worker";
import { notificationLines, renderAlerts } from "./render";

const help = `usage: npm run ops -- alerts [--watch] [--json]

Alerts of the stack "lab" (or the one that STACK names) as Prometheus and Alertmanager have them, and in the laboratory what
on-call was told.
  --watch   goes on: each new notification as it comes (laboratory), or the alerts whenever they change; Ctrl-C ends it
  --json    one JSON object, with --watch one a line
Exit code: 0 no alert fires, 1 at least one does or monitoring cannot be asked, 2 wrong use.
`;

const WATCH_EVERY_MS = 2_000;

type Look = (since: number) => Promise<AlertsView>;

async function looker(): Promise<Look> {
  const stack = await openStack(stackName(), note);
  const settings = await settingsOf(stack.engine);
  const urls = monitoringUrls(settings);
  if (urls === undefined) {
    throw new Error(
      `The stack ${stack.name} has no monitoring host, expected the group ghrunners:monitoring and hosts: manage. Next: docs/configuration.md`,
    );
  }
  const receiver = `http://${topology.hosts.monitoring.address}:${topology.hosts.monitoring.receiverPort}/notifications`;
  return (since) =>
    runInside<AlertsInput, AlertsView>(stack.engine, "packages/cli/alerts/look.worker.ts", {
      urls,
      environment: settings.environment,
      notificationsUrl: stack.lab === undefined ? null : receiver,
      since,
    });
}

async function watch(look: Look, first: AlertsView, json: boolean): Promise<never> {
  let seen = first;
  let since = first.notifications?.at(-1)?.seq ?? 0;
  for (;;) {
    await delay(WATCH_EVERY_MS);
    const now = await look(since);
    since = now.notifications?.at(-1)?.seq ?? since;
    const changed = JSON.stringify(now.alerts) !== JSON.stringify(seen.alerts);
    if (json && (changed || (now.notifications?.length ?? 0) > 0)) process.stdout.write(`${JSON.stringify(now)}\n`);
    else if (!json && now.notifications !== null) {
      for (const line of now.notifications.flatMap(notificationLines)) process.stdout.write(`${line}\n`);
    } else if (!json && changed) process.stdout.write(renderAlerts(now, new Date()));
    seen = now;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { watch: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const look = await looker();
  const view = await look(0);
  if (values.json) process.stdout.write(`${JSON.stringify(view, null, values.watch ? 0 : 2)}\n`);
  else process.stdout.write(renderAlerts(view, new Date()));
  if (values.watch) await watch(look, view, values.json ?? false);
  return view.watchdog && view.alerts.every(({ state }) => state === "pending") ? 0 : 1;
}

runCommand(main);
