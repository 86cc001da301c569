import { Command } from "commander";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { runProcess } from "@ghrunners/core/process";
import { currentInstance, instanceNamed, type Instance } from "../instance";
import { destroyAll, NspawnBackend, prepareTemplate, runnerTemplate } from "./index";
import { machinesFolder, scriptEnvironment, scriptPath } from "./script";
import { topology } from "../topology";

const say = (line: string): void => void process.stderr.write(`· ${line}\n`);

function chosen(options: { instance?: string }): Instance {
  return options.instance === undefined ? currentInstance() : instanceNamed(options.instance);
}

async function list(instance: Instance): Promise<void> {
  const backend = new NspawnBackend(instance, topology.network.bridge);
  const folder = machinesFolder(instance);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : [];
  for (const vmid of names.map(Number)) {
    const state = backend.guestState(vmid);
    const nics = state === "stopped" ? [] : await backend.interfaces(vmid);
    const addresses = nics
      .filter(({ name }) => name !== "lo")
      .flatMap((nic) => nic.addresses.map(({ address }) => address));
    process.stdout.write(`${vmid}\t${state}\t${addresses.join(" ")}\n`);
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("machines").description("The lab's machines: systemd-nspawn guests (needs root).");
  program.enablePositionalOptions();
  const withInstance = (command: Command): Command =>
    command.option("--instance <name>", "lab instance (default: GHRUNNERS_LAB, else lab)");
  withInstance(program.command("template"))
    .description("build the template of the VMs, unless it is in the cache")
    .requiredOption("--ca <file>", "PEM certificate that the machines trust")
    .action(async (options: { instance?: string; ca: string }) => {
      const instance = chosen(options).name;
      const root = await prepareTemplate({ instance, content: runnerTemplate, caCertificate: options.ca, say });
      process.stdout.write(`${root}\n`);
    });
  withInstance(program.command("list"))
    .description("machines with state and addresses")
    .action((options: { instance?: string }) => list(chosen(options)));
  withInstance(program.command("exec <vmid> <command...>"))
    .description("run a command in a machine as root")
    .passThroughOptions()
    .action(async (vmid: string, command: string[], options: { instance?: string }) => {
      const line = [scriptPath("control"), "exec", vmid, ...command];
      const env = scriptEnvironment(chosen(options));
      process.exitCode = (await runProcess(line, { cwd: process.cwd(), env, terminal: "inherit" })).code;
    });
  withInstance(program.command("console <vmid>"))
    .description("what the machine printed on its console")
    .action((vmid: string, options: { instance?: string }) => {
      createReadStream(path.join(machinesFolder(chosen(options)), vmid, "console.log"))
        .on("error", fail)
        .pipe(process.stdout);
    });
  withInstance(program.command("destroy-all"))
    .description("remove every machine, namespace, mount and cgroup of the instance")
    .action((options: { instance?: string }) => destroyAll(chosen(options).name));
  await program.parseAsync(argv, { from: "user" });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch(fail);
