import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readSeed } from "./seed";
import { startService } from "./service";
import { openServices } from "./services";
import { Engine } from "./workflows/engine";

const usage = `The lab's GitHub emulator.

  npx tsx lab/github/main.ts --state DIR --listen HOST:PORT --tls-cert FILE --tls-key FILE --socket PATH

  --state     folder with seed.json, in which the state is stored
  --listen    address and port of the TLS service; REST is under /api/v3
  --tls-cert  PEM certificate        --tls-key  PEM key
  --socket    unix socket of the administration
`;

interface Arguments {
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly socket: string;
}

/** @throws Error that names what is missing or wrong */
function readArguments(argv: readonly string[]): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { state: text, listen: text, "tls-cert": text, "tls-key": text, socket: text },
  });
  const need = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing.`);
    return value;
  };
  const listen = need("listen");
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(listen) ?? [];
  if (host === undefined || port === undefined) throw new Error(`--listen is "${listen}": expected HOST:PORT.`);
  return {
    state: need("state"),
    host,
    port: Number(port),
    certificateFile: need("tls-cert"),
    keyFile: need("tls-key"),
    socket: need("socket"),
  };
}

async function main(): Promise<void> {
  if (process.argv.includes("--help")) {
    process.stdout.write(usage);
    return;
  }
  let options: Arguments;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const seed = readSeed(options.state);
  const services = await openServices(options.state, seed);
  const service = await startService(
    services,
    new Engine(services),
    {
      host: options.host,
      port: options.port,
      certificate: readFileSync(options.certificateFile, "utf8"),
      key: readFileSync(options.keyFile, "utf8"),
      socket: options.socket,
    },
    (error) => process.stderr.write(`${new Date().toISOString()} ${(error as Error).stack ?? String(error)}\n`),
  );
  process.stdout.write(`GitHub emulator on ${options.host}:${service.port}, administration on ${options.socket}\n`);
  const end = (): void => void service.close().then(() => process.exit(0));
  process.once("SIGTERM", end).once("SIGINT", end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
