import { Command, Option } from "commander";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { instanceNamed } from "../instance";
import { ApiOnlyBackend, NspawnBackend, type MachineBackend } from "../machines";
import { createEmulator } from "./emulator";
import { readSeed } from "./seed";

interface Options {
  readonly instance: string;
  readonly state: string;
  readonly listen: string;
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly socket: string;
  readonly backend: MachineBackend["kind"];
}

const listening = (server: http.Server | https.Server, ...where: [string] | [number, string]): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    if (where.length === 1) server.listen(where[0], resolve);
    else server.listen(where[0], where[1], resolve);
  });

async function serve(options: Options): Promise<void> {
  const seed = readSeed(path.join(options.state, "seed.json"));
  const instance = instanceNamed(options.instance);
  const machines =
    options.backend === "nspawn" ? new NspawnBackend(instance, seed.bridge) : new ApiOnlyBackend(instance);
  mkdirSync(options.state, { recursive: true, mode: 0o700 });
  const emulator = await createEmulator(options.state, seed, machines, { now: Date.now, randomBytes });

  const { hostname, port } = new URL(`tcp://${options.listen}`);
  const tls = {
    cert: readFileSync(options.tlsCert),
    key: readFileSync(options.tlsKey),
    minVersion: "TLSv1.3" as const,
  };
  const api = https.createServer(tls, emulator.api);
  await listening(api, Number(port), hostname.replace(/^\[|\]$/g, ""));

  rmSync(options.socket, { force: true });
  const administration = http.createServer(emulator.administration);
  const mask = process.umask(0o177); // The socket must not be open to others even for a moment.
  await listening(administration, options.socket);
  process.umask(mask);
  process.stdout.write(`Proxmox VE emulator: https://${options.listen}/, ${emulator.node.store.allVms().length} VMs\n`);

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      rmSync(options.socket, { force: true });
      // Machines go on; tasks under way end as a killed emulator's do.
      process.exit(0);
    });
  }
}

new Command("proxmox")
  .description("Proxmox VE's API, emulated. Serves until it is ended; machines outlive it.")
  .requiredOption("--instance <name>", "lab instance whose machines it runs")
  .requiredOption("--state <folder>", "folder with seed.json; its state is kept there")
  .requiredOption("--listen <host:port>", "where the API listens (https, TLS 1.3)")
  .requiredOption("--tls-cert <file>", "PEM certificate")
  .requiredOption("--tls-key <file>", "PEM key")
  .requiredOption("--socket <file>", "unix socket of the administration")
  .addOption(new Option("--backend <kind>", "what a VM is").choices(["nspawn", "api-only"]).default("nspawn"))
  .action((options: Options) => serve(options))
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
