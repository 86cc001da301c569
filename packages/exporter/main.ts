/**
 * The services' command: `ghrunners-exporter host|fleet|switch --config FILE`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fleetConfig, hostConfig } from "./config";
import { readConfig } from "@ghrunners/metrics-server/config";
import { switchConfig } from "@ghrunners/failover/config";
import { Exposition } from "@ghrunners/metrics-server/exposition";
import { serveMetrics } from "@ghrunners/metrics-server/server";
import type { View } from "@ghrunners/metrics-server/view";
import { keepAlive } from "./watchdog";

const help = `usage: ghrunners-exporter host|fleet|switch --config FILE

  host    metrics of a runner, from its own machine
  fleet   metrics of all runners, from GitHub
  switch  chooses the runner that deploys, from both, and writes the choice to GitHub

fleet and switch read their token from the file github-token in systemd's credentials folder.
Counters and the switch's decisions are stored in systemd's StateDirectory.
`;

const kinds = ["host", "fleet", "switch"] as const;
type Kind = (typeof kinds)[number];

/** How old the rendered text may be, in addition to the age of its facts, ms. */
const TEXT_MS = 2_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The token from systemd's LoadCredential. @throws Error if there is none */
function token(): string {
  const folder = process.env.CREDENTIALS_DIRECTORY;
  const file = folder === undefined ? undefined : path.join(folder, "github-token");
  if (file === undefined || !existsSync(file)) {
    throw new Error("There is no credential github-token. Expected LoadCredential=github-token:FILE in the unit.");
  }
  return readFileSync(file, "utf8").trim();
}

/** The view of a kind, loaded only when needed, and its listen address. */
function open(kind: Kind, file: string, version: string): { view: View; listen: { host: string; port: number } } {
  const stateFolder = process.env.STATE_DIRECTORY ?? ".";
  switch (kind) {
    case "host": {
      const config = readConfig(file, hostConfig);
      const { HostView } = require("./host") as typeof import("./host");
      return { view: new HostView(config, stateFolder, version, say), listen: config.listen };
    }
    case "fleet": {
      const config = readConfig(file, fleetConfig);
      const { FleetView } = require("./fleet") as typeof import("./fleet");
      return { view: new FleetView(config, token(), stateFolder, version, say), listen: config.listen };
    }
    case "switch": {
      const config = readConfig(file, switchConfig);
      const { SwitchView } =
        require("@ghrunners/failover/switch/index") as typeof import("@ghrunners/failover/switch/index");
      return { view: new SwitchView(config, token(), stateFolder, version, say), listen: config.listen };
    }
  }
}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { config: { type: "string" }, help: { type: "boolean" } },
  });
  const kind = kinds.find((known) => known === positionals[0]);
  if (values.help) return (process.stdout.write(help), 0);
  if (kind === undefined || values.config === undefined) return (say(help), 2);
  // The version is the bundle's checksum, as the installation uses it.
  const version = createHash("sha256").update(readFileSync(__filename)).digest("hex").slice(0, 12);
  const { view, listen } = open(kind, values.config, version);
  const server = await serveMetrics(listen, new Exposition(kind), () => view.exposed(), TEXT_MS);
  view.start();
  const letDie = keepAlive(() => view.isAlive(), say);
  say(
    `${kind === "switch" ? "failover switch" : `${kind} exporter`} ${version} listens on ${listen.host}:${server.port}`,
  );
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
  await ended;
  letDie();
  await server.close();
  await view.stop();
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say((error as Error).message);
    process.exit(1);
  },
);
