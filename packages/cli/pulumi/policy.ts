/** How the engine is given the policy pack: on every preview and update, with the levels that the configuration asks for. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { ADVISORY_ENVIRONMENT, guardOverrides } from "@ghrunners/core/vocabulary/safety";
import { baseFolders } from "@ghrunners/lab/instance";

/** Subcommands that make or keep resources by the program. */
const judged = new Set(["preview", "up", "update"]);

export const packFolder = (projectRoot: string): string => path.join(projectRoot, "policy");

/** One guard's part of the pack's configuration. Source: pulumi.com/docs/iac/crossguard/configuration */
export interface GuardConfiguration {
  readonly enforcementLevel: "advisory" | "mandatory";
  readonly environment: string;
}

/**
 * Levels by guard: refused everywhere but in staging, advised where a sentence in the configuration overrides it.
 * An override stays visible as a remark on every run.
 * @param config the `config` map of the stack's configuration file
 */
export function packConfiguration(
  stack: string,
  config: Readonly<Record<string, unknown>>,
): Record<string, GuardConfiguration> {
  const given = config["ghrunners:environment"];
  const environment = typeof given === "string" ? given : stack;
  const safety = (config["ghrunners:safety"] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(guardOverrides).map(([name, { setting, words }]) => {
      const advisory = environment === ADVISORY_ENVIRONMENT || safety[setting] === words;
      return [name, { enforcementLevel: advisory ? "advisory" : "mandatory", environment }];
    }),
  );
}

/** The value of a flag, as `--flag value` or `--flag=value`; of several the last. */
function valueOf(args: readonly string[], ...flags: readonly string[]): string | undefined {
  const values = args.flatMap((arg, index) => {
    if (flags.includes(arg)) return [args[index + 1]];
    const flag = flags.find((name) => arg.startsWith(`${name}=`));
    return flag === undefined ? [] : [arg.slice(flag.length + 1)];
  });
  return values.at(-1);
}

/** A file of this content in the cache: the engine takes the pack's configuration from a file only. */
function cached(content: string): string {
  const key = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const folder = path.join(baseFolders().cache, "policy", key);
  const file = path.join(folder, "configuration.json");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
  return file;
}

interface JudgedStack {
  readonly stack: string;
  readonly projectRoot: string;
  readonly configFile?: string;
  readonly policyPack?: string;
}

/** The arguments that a subcommand needs for the pack; none where nothing is judged. Reads the stack's configuration. */
export function policyArguments(engine: JudgedStack, subcommand: string, args: readonly string[]): string[] {
  if (engine.policyPack === undefined || !judged.has(subcommand)) return [];
  const stack = valueOf(args, "--stack", "-s") ?? engine.stack;
  const file =
    valueOf(args, "--config-file") ?? engine.configFile ?? path.join(engine.projectRoot, `Pulumi.${stack}.yaml`);
  const settings = existsSync(file)
    ? (parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null)
    : {};
  const configuration = packConfiguration(stack, settings?.config ?? {});
  return ["--policy-pack", engine.policyPack, "--policy-pack-config", cached(JSON.stringify(configuration))];
}
