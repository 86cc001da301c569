import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import type { Lab } from "@ghrunners/lab/lifecycle";
import { passphraseFile } from "@ghrunners/lab/secrets";
import { toolchainEnvironment, type Toolchain } from "@ghrunners/lab/toolchain/index";
import { runProcess } from "@ghrunners/core/process";
import { packFolder, policyArguments } from "./policy";

/** How the Pulumi engine is started for one stack. Pure data: arguments and environment, no process yet. */
export interface Engine {
  readonly stack: string;
  readonly projectRoot: string;
  /** Put before the program, for example to enter the lab's network namespace. */
  readonly prefix: readonly string[];
  readonly pulumi: string;
  readonly env: NodeJS.ProcessEnv;
  /** Stack configuration to use instead of Pulumi.<stack>.yaml. */
  readonly configFile?: string;
  /** Folder of the policy pack that judges every preview and update. */
  readonly policyPack?: string;
}

/** Subcommands that take --config-file. */
const takesConfigFile = new Set(["preview", "up", "update", "refresh", "destroy", "config", "import"]);
/** Subcommands that ask before they act; the lab is a rehearsal and never asks. */
const asks = new Set(["up", "update", "refresh", "destroy", "import"]);

/** Node keeps what V8 compiled: program, policy pack and dynamic providers load Pulumi's SDK in half the time. */
const compileCache = (): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(baseFolders().cache, "node-compile-cache"),
});

/** The engine writes its whole state at every step: fewer collections of garbage save a sixth of its time (docs/performance.md). */
const engineMemory = (): NodeJS.ProcessEnv => ({ GOGC: process.env.GOGC ?? "400" });

/**
 * Variables by which the GitHub provider would work for another owner, on another server or with another identity than
 * the configuration says: it lets them win silently (terraform-provider-github, documentation of the provider's arguments).
 */
const withoutGitHubVariables: NodeJS.ProcessEnv = {
  GITHUB_TOKEN: undefined,
  GITHUB_OWNER: undefined,
  GITHUB_ORGANIZATION: undefined,
  GITHUB_BASE_URL: undefined,
  GITHUB_APP_ID: undefined,
  GITHUB_APP_INSTALLATION_ID: undefined,
  GITHUB_APP_PEM_FILE: undefined,
};

/** The engine on the user's own backend and login, for staging and production. */
export function engineFor(stack: string, projectRoot: string, toolchain: Toolchain): Engine {
  return {
    stack,
    projectRoot,
    prefix: [],
    pulumi: toolchain.pulumi,
    policyPack: packFolder(projectRoot),
    env: {
      ...process.env,
      ...toolchainEnvironment(toolchain),
      ...compileCache(),
      ...engineMemory(),
      ...withoutGitHubVariables,
    },
  };
}

/** The engine inside the lab: its namespace, its backend, its certificate authority. */
export function labEngine(lab: Lab, projectRoot: string, toolchain: Toolchain, stack = "lab"): Engine {
  return {
    stack,
    projectRoot,
    prefix: lab.mode === "machines" ? ["nsenter", `--net=${lab.instance.netns}`] : [],
    pulumi: toolchain.pulumi,
    policyPack: packFolder(projectRoot),
    configFile: path.join(lab.instance.config, `Pulumi.${stack}.yaml`),
    env: {
      ...process.env,
      // The lab has a passphrase file and a backend of its own; the user's must not get in their way.
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
      ...toolchainEnvironment(toolchain),
      ...compileCache(),
      ...engineMemory(),
      ...withoutGitHubVariables,
      // The lab's state is a rehearsal's: no second copy of it at every step.
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      PULUMI_BACKEND_URL: `file://${lab.instance.backend}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(lab.instance),
      SSL_CERT_FILE: lab.authority,
      NODE_EXTRA_CA_CERTS: lab.authority,
      GHRUNNERS_LAB: lab.instance.name,
    },
  };
}

/**
 * The whole command line for `pulumi <args>` on the engine's stack: the user's arguments stay as given,
 * what the stack needs is added.
 */
export function commandLine(engine: Engine, args: readonly string[]): string[] {
  const [subcommand = "", ...rest] = args;
  const isLab = engine.configFile !== undefined;
  const has = (...flags: string[]): boolean =>
    rest.some((arg) => flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
  const takesStack =
    takesConfigFile.has(subcommand) ||
    subcommand === "cancel" ||
    (subcommand === "stack" && rest[0] !== "ls" && rest[0] !== "init");
  const added = [
    ...policyArguments(engine, subcommand, rest),
    // The runners' drain is a delete hook, which lives in the program.
    ...(subcommand === "destroy" && !has("--run-program") ? ["--run-program"] : []),
    ...(takesStack && !has("--stack", "-s") ? ["--stack", engine.stack] : []),
    ...(isLab && takesConfigFile.has(subcommand) && !has("--config-file") ? ["--config-file", engine.configFile] : []),
    ...(isLab && asks.has(subcommand) && !has("--yes", "-y", "--preview-only") ? ["--yes"] : []),
    ...(isLab &&
    asks.has(subcommand) &&
    subcommand !== "import" &&
    !has("--skip-preview", "-f", "--preview-only", "--plan")
      ? ["--skip-preview"]
      : []),
  ];
  return [...engine.prefix, engine.pulumi, subcommand, ...added, ...rest].filter((part) => part !== "");
}

/**
 * Runs pulumi with the terminal handed over.
 * @param output `errors`: what it prints goes to standard error, because standard output is for a result
 * @returns its exit code
 */
export async function runPulumi(
  engine: Engine,
  args: readonly string[],
  output: "terminal" | "errors" = "terminal",
): Promise<number> {
  // Ctrl-C reaches pulumi through the terminal's process group; it unlocks the stack itself and we wait for it.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    const { projectRoot: cwd, env } = engine;
    const terminal = output === "terminal" ? "inherit" : "both-as-errors";
    return (await runProcess(commandLine(engine, args), { cwd, env, terminal })).code;
  } finally {
    process.off("SIGINT", ignore);
  }
}

/**
 * Runs pulumi and returns what it printed.
 * @param input text for its standard input, for secrets
 * @throws Error with pulumi's own words when it fails
 */
export async function capturePulumi(
  engine: Engine,
  args: readonly string[],
  input?: string,
  cwd?: string,
): Promise<string> {
  const result = await runProcess(commandLine(engine, args), {
    cwd: cwd ?? engine.projectRoot,
    env: engine.env,
    input,
  });
  if (result.code !== 0) {
    throw new Error(`pulumi ${args.slice(0, 2).join(" ")} failed:\n${result.stderr || result.stdout}`);
  }
  return result.stdout;
}
