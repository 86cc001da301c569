import { Command, CommanderError, Option } from "commander";
import { blankLines, blankOwner } from "./blank";
import { labConsole, type ConsoleOptions } from "./console/command";
import { activeFaults, administer, clearFault, requireUp, setFault } from "./fault-commands";
import type { FaultRequest } from "./fault-requests";
import { faultTable } from "./fault-table";
import { faults } from "./faults";
import { hostNamed, removeHost } from "./hosts";
import { prepareDemoApp } from "./demo-app/prepare";
import { runInside, shellInside } from "./exec";
import { loopbackPorts } from "./forwards";
import { baseFolders, currentInstance } from "./instance";
import { labDown, runningLab } from "./lifecycle";
import { firstDayTable, runFirstDay } from "./first-day/run";
import { runNodeShell } from "./node-shell";
import { matrixCommand } from "./matrix/command";
import { notificationLines, notificationsOf } from "./oncall/notifications";
import { ownerOption, type RepositoryOwner, repositoryOwners } from "./owner";
import { enterLab, openLab } from "./pulumi/open";
import { refuseToLoseStacks } from "./pulumi/other-stacks";
import { labStack } from "./pulumi/stack-files";
import { ensureLabStack } from "./pulumi/stack";
import type { LabSession } from "./pulumi/session";
import { setReviewer } from "./reviewer/service";
import { namedHere, remove, superfluous } from "./prune";
import { labStatus, labStatusLines } from "./status";
import { topology } from "./topology";
import { port } from "@ghrunners/cli/console/command";
import { projectRoot } from "@ghrunners/core/project-root";
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";

const say = (line: string): void => void process.stderr.write(`· ${line}\n`);
const print = (value: unknown): void =>
  void process.stdout.write(`${typeof value === "string" ? value : JSON.stringify(value, null, 2)}\n`);

/** The session of the running lab; a further stack is made at its first use. */
async function enter(further?: "staging" | "production"): Promise<LabSession> {
  const instance = currentInstance();
  const session = await enterLab(instance, say, labStack(instance, further));
  if (further !== undefined) await ensureLabStack(session, say);
  return session;
}

function prune(dryRun: boolean): void {
  const base = baseFolders();
  const entries = superfluous(base, namedHere(base.cache, projectRoot));
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  for (const { folder, bytes } of entries) print(`${mebibytes(bytes).padStart(9)}  ${folder}`);
  const total = mebibytes(entries.reduce((sum, { bytes }) => sum + bytes, 0));
  if (!dryRun) remove(entries);
  print(`${entries.length} entries, ${total} ${dryRun ? "would go" : "freed"}`);
}

function program(): Command {
  const root = new Command("lab")
    .description("The lab: emulators of Proxmox VE and GitHub, and real machines.")
    .enablePositionalOptions()
    .exitOverride();
  root
    .command("up")
    .description("bring the lab up, or complete it")
    .addOption(
      new Option("--blank <owner>", "with nothing of ours made, for the repository of this owner").choices(
        repositoryOwners,
      ),
    )
    .addOption(ownerOption().conflicts("blank"))
    .action(async (options: { blank?: RepositoryOwner; owner?: RepositoryOwner }) => {
      const { lab } = await openLab(currentInstance(), { say, ...options });
      const owner = blankOwner(lab.instance);
      if (owner !== undefined) print(blankLines(lab, owner).join("\n"));
    });
  root
    .command("first-day")
    .description("in a new blank lab: every step from the bare node to a deployment, with its seconds")
    .addOption(new Option("--blank <owner>", "whose repository it is").choices(repositoryOwners).default("person"))
    .action(async ({ blank }: { blank: RepositoryOwner }) => {
      const session = await openLab(currentInstance(), { say, blank, hosts: ["monitoring"] });
      print(firstDayTable(await runFirstDay(session, blank, say)));
    });
  root.addCommand(matrixCommand(say));
  root
    .command("node-shell")
    .description("open the shell of the Proxmox VE node, or run the script on standard input in it")
    .addHelpText(
      "after",
      "\nExample:\n  npm run --silent lab -- exec -- ghrunners setup proxmox > proxmox.sh\n  npm run --silent lab -- node-shell < proxmox.sh",
    )
    .action(async () => {
      const instance = currentInstance();
      requireUp(instance);
      process.exitCode = await runNodeShell(instance, topology.proxmox.node);
    });
  root
    .command("merge")
    .description("merge every open pull request, as a person does on its page")
    .action(async () => {
      const place = { service: "github" as const, path: "/_lab/merge" };
      const merged = (await administer(currentInstance(), "POST", place)) as number[];
      if (merged.length === 0) throw new Error("No pull request is open. Expected one to merge.");
      print(merged.map((number) => `merged #${number}`).join("\n"));
    });
  root
    .command("exec")
    .usage("-- <command> [arguments]")
    .description(
      "run a command inside the lab: pulumi, ghrunners and everything else, with the lab's stack and network",
    )
    .argument("<command...>")
    .passThroughOptions()
    .addOption(new Option("--stack <name>", "another stack of the lab").choices(["staging", "production"]))
    .addHelpText("after", "\nExample:\n  npm run lab -- exec -- pulumi preview")
    .action(async (line: string[], options: { stack?: "staging" | "production" }) => {
      process.exitCode = await runInside(await enter(options.stack), line);
      if (process.exitCode === 127) process.stderr.write(`There is no program ${line[0]} inside the lab.\n`);
    });
  root
    .command("shell")
    .description("open a shell inside the lab")
    .action(async () => {
      process.exitCode = await shellInside(await enter());
    });
  root
    .command("console")
    .description("the console of the lab's stack in the browser, with the faults as buttons; Ctrl-C ends it")
    .addOption(new Option("--port <number>", "port on 127.0.0.1; default: a free one").argParser(port))
    .option("--open", "open the page in the default browser")
    .option("--json", "print its address as JSON")
    .action(async (options: ConsoleOptions) => {
      process.exitCode = await labConsole(await enter(), options);
    });
  root
    .command("demo-app")
    .description("prepare the first deployment: target, release, secrets, deploy key")
    .action(async () => {
      await prepareDemoApp(await enter(), say);
      say("Next: npm run lab -- exec -- ghrunners deploy --version 1");
    });
  root
    .command("reviewer")
    .argument("<presence>", "on: approves what waits for a reviewer; off: approves nothing")
    .description("whether a simulated reviewer approves deployments: on or off")
    .action(async (presence: string) => {
      if (presence !== "on" && presence !== "off") throw new Error(`Expected on or off, not "${presence}".`);
      await setReviewer(runningLab(currentInstance()), presence === "on");
    });
  root
    .command("notifications")
    .description("the alerts that on-call received, as recorded on the monitoring host")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const told = await notificationsOf(await enter());
      if (json) return print(told);
      print(told.flatMap(notificationLines).join("\n") || "nothing yet");
    });
  root
    .command("down")
    .description("end everything of the lab and remove its state")
    .option("--with-stacks", "also the stacks that somebody made in its shell")
    .action(async ({ withStacks = false }: { withStacks?: boolean }) => {
      const instance = currentInstance();
      if (!withStacks) refuseToLoseStacks(instance);
      await labDown(instance, say);
      say(`The lab "${instance.name}" is down, and nothing of it is left. The next npm start makes a new one.`);
    });
  root
    .command("prune")
    .description("remove unused templates, toolchains and releases of other checkouts from the cache")
    .option("--dry-run", "only say what would go")
    .action(({ dryRun = false }: { dryRun?: boolean }) => prune(dryRun));
  root
    .command("status")
    .option("--json")
    .description("which services of the lab run")
    .action(({ json }: { json?: boolean }) => {
      const seen = labStatus(currentInstance());
      print(json ? seen : labStatusLines(seen, loopbackPorts(currentInstance())).join("\n"));
    });
  root
    .command("events <service>")
    .description("events of a service (proxmox, github), one JSON object per line")
    .action(async (service: string) => {
      const place = { service: service as FaultRequest["service"], path: "/_lab/events" };
      const events = await administer(currentInstance(), "GET", place);
      for (const event of events as unknown[]) print(JSON.stringify(event));
    });
  const host = root.command("host").description("machines that exist before the program runs");
  host
    .command("up <name>")
    .description("boot one, with the rest of the lab and its stack, and wait until it lets a user log in")
    .action(async (name: string) => {
      await openLab(currentInstance(), { say, hosts: ["monitoring", hostNamed(name).name] });
    });
  host
    .command("remove <name>")
    .description("end one and remove its disk")
    .action((name: string) => removeHost(hostNamed(name).name, currentInstance()));
  const fault = root.command("fault").description("break something, or list the possible faults");
  fault
    .command("list")
    .option("--json")
    .description("list every fault: its target and parameters, what sees it, and what mends it")
    .action((options: { json?: boolean }) => {
      print(options.json ? faults : faultTable().join("\n"));
    });
  fault
    .command("active")
    .description("list the faults that are set now")
    .action(async () => {
      const { proxmox, github, hosts } = await activeFaults(currentInstance());
      print({ proxmox });
      print({ github });
      print({ hosts });
    });
  fault
    .command("clear [name] [target]")
    .description("end one fault, or all of them")
    .action(async (name: string | undefined, target: string | undefined) => {
      await clearFault(currentInstance(), say, name, target);
      say(name === undefined ? "No fault is set." : `${[name, target].filter(Boolean).join(" ")} has ended.`);
    });
  for (const { name, target, about, mendedBy } of faults) {
    fault
      .command(`${name} ${target === "service" ? "" : "<target> "}[parameters...]`)
      .description(about)
      .action(async (...args: unknown[]) => {
        const [machine, words] = target === "service" ? [undefined, args[0]] : [args[0] as string, args[1]];
        await setFault(currentInstance(), name, machine, words as string[]);
        const end = mendedBy ?? `npm run lab -- fault clear ${[name, machine].filter(Boolean).join(" ")}`;
        say(`${name} is set. End it with: ${end}`);
      });
  }
  return root;
}

endQuietlyWhenNobodyReads();
program()
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
