/**
 * The exporters' command: `ghrunners-exporter host|fleet --config FILE`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fleetConfig, hostConfig, readConfig } from "./config";
import { Exposition } from "./exposition";
import { serveMetrics } from "./server";
import type { View } from "./view";

const help = `usage: ghrunners-exporter host|fleet --config FILE

  host   what a runner's machine knows of its runner
  fleet  what GitHub says of all runners; its token is the file github-token of systemd's credentials

The folder of systemd's StateDirectory keeps the counters.
`;

/** Age that a text may have beside the age of what it tells, ms. */
const TEXT_MS = 2_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The token by systemd's LoadCredential. @throws Error where there is none */
function token(): string {
  const folder = process.env.CREDENTIALS_DIRECTORY;
  const file = folder === undefined ? undefined : path.join(folder, "github-token");
  if (file === undefined || !existsSync(file)) {
    throw new Error("There is no credential github-token. Expected LoadCredential=github-token:FILE in the unit.");
  }
  return readFileSync(file, "utf8").trim();
}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { config: { type: "string" }, help: { type: "boolean" } },
  });
  const [kind] = positionals;
  if (values.help) return (process.stdout.write(help), 0);
  if ((kind !== "host" && kind !== "fleet") || values.config === undefined) return (say(help), 2);
  // The bundle is named by its content, as the installation knows it.
  const version = createHash("sha256").update(readFileSync(__filename)).digest("hex").slice(0, 12);
  const stateFolder = process.env.STATE_DIRECTORY ?? ".";
  let view: View;
  let listen: { host: string; port: number };
  if (kind === "host") {
    const config = readConfig(values.config, hostConfig);
    const { HostView } = require("./host") as typeof import("./host");
    view = new HostView(config, stateFolder, version, say);
    listen = config.listen;
  } else {
    const config = readConfig(values.config, fleetConfig);
    const { FleetView } = require("./fleet") as typeof import("./fleet");
    view = new FleetView(config, token(), stateFolder, version, say);
    listen = config.listen;
  }
  const server = await serveMetrics(listen, new Exposition(kind), () => view.exposed(), TEXT_MS);
  view.start();
  say(`${kind} exporter ${version} listens on ${listen.host}:${server.port}`);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
  await ended;
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
