import { existsSync } from "node:fs";
import path from "node:path";
import { note } from "@ghrunners/core/terminal";
import { print, printJson, WrongUse } from "../command";
import { capturePulumi } from "../pulumi/run";
import { currentStack, type Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { writeArchive } from "./archive";
import { collect, type ReportPart } from "./collect";
import { settingsParts, stackParts } from "./parts";
import { secretsOf } from "./redact";
import { renderSupport, type SupportReport } from "./render";

interface Options {
  readonly stack?: string;
  readonly output?: string;
  readonly list: boolean;
  readonly json?: boolean;
}

/** All parts. Where the settings cannot be read, those that need them are one missing part with the reason. */
async function partsOf(stack: Stack): Promise<ReportPart[]> {
  try {
    return [...stackParts(stack), ...settingsParts(stack, await settingsOf(stack))];
  } catch (error) {
    const reason = error as Error;
    const file = "hosts, deployments, gate, alerts and runs";
    return [...stackParts(stack), { file, what: "what the settings name", read: () => Promise.reject(reason) }];
  }
}

export async function support({ stack: named, output, list, json }: Options): Promise<number> {
  if (list && output !== undefined)
    throw new WrongUse("--list writes nothing, and --output names a file to write. Expected only one of them.");
  if (output !== undefined && existsSync(output))
    throw new WrongUse(`${output} exists already. Expected the name of a new file.`);
  const stack = await currentStack(named);
  // Without the stack's own secrets nothing can be taken out by its value, so nothing is collected.
  const secrets = secretsOf(
    JSON.parse(await capturePulumi(stack, ["config", "--json", "--show-secrets"])) as Parameters<typeof secretsOf>[0],
  );
  note("Reading GitHub, Proxmox VE, the hosts and Pulumi; this takes up to two minutes");
  const { files, parts, missing } = await collect(await partsOf(stack), secrets);
  const now = new Date();
  const name = `ghrunners-support-${path.basename(stack.name)}-${now.toISOString().replace(/[-:]|\.\d{3}/g, "")}`;
  const file = list ? null : path.resolve(output ?? `${name}.tar.gz`);
  const report: SupportReport = { version: 1, stack: stack.name, at: now.toISOString(), file, parts, missing };
  if (file !== null) {
    const contents = { file: "contents.json", text: `${JSON.stringify({ ...report, file: null }, null, 2)}\n` };
    await writeArchive(file, name, [contents, ...files]);
  }
  if (json) printJson<"support">(report);
  else print(renderSupport(report));
  return 0;
}
