import { spawn } from "node:child_process";
import { once } from "node:events";
import { monitoringSettings } from "@ghrunners/config/arguments/monitoring";
import { note } from "@ghrunners/core/terminal";
import { printJson } from "../command";
import { monitoringUrls } from "../monitoring/address";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { pageFiles } from "./assets";
import { Readings } from "./readings";
import { panelsOf, type DashboardData } from "./panels";
import { startServer, WrongQuestion } from "./server";
import { snapshotOf, topologyOf, type ConsoleSnapshot } from "./snapshot";
import { sourcesOf } from "./sources";

export interface Options {
  readonly stack?: string;
  readonly port?: number;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Opens an address in the default browser. Where there is none, the printed address is enough. */
function open(url: string): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.once("error", () => note(`There is no ${program} on PATH. Open the address yourself.`));
  child.unref();
}

/** Ends when Ctrl-C or SIGTERM asks for it. */
async function asked(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

export async function showConsole(options: Options): Promise<number> {
  const stack = await currentStack(options.stack);
  // Read once: each reading starts Pulumi. A changed setting needs a new start.
  const settings = await settingsOf(stack);
  const readings = new Readings(sourcesOf(stack.name, settings));
  const topology = topologyOf(settings, monitoringSettings(settings).runbookBaseUrl);
  const snapshot = (): ConsoleSnapshot => snapshotOf(stack.name, settings, topology, readings.parts(), new Date());
  const urls = monitoringUrls(settings);
  const panels = (query: URLSearchParams): Promise<DashboardData> => {
    if (urls === undefined) throw new WrongQuestion(`The stack ${stack.name} has no monitoring host.`);
    return panelsOf(urls.prometheus, settings.environment, query, new Date());
  };
  const server = await startServer(
    {
      title: `${stack.name}: GitHub runners`,
      page: await pageFiles("main.tsx"),
      json: { "/api/snapshot": snapshot, "/api/panels": panels },
    },
    options.port ?? 0,
  );
  const ended = asked();
  if (options.json) printJson<"console">({ version: 1, stack: stack.name, url: server.url });
  else process.stdout.write(`${server.url}\n`);
  note(`The console of ${stack.name} is at ${server.url} (Ctrl-C ends it)`);
  if (options.open) open(server.url);
  await ended;
  await server.close();
  return 0;
}
