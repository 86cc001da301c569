import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { parseAssignments, parseCommand, parsePaths } from "./commands";
import type { Masks } from "./masks";
import { runScript } from "./script-process";

/** A script to run, evaluated. */
export interface ReadyStep {
  readonly script: string;
  /** `bash`, `sh`, or undefined for GitHub's default: bash without pipefail. */
  readonly shell: string | undefined;
  readonly workingDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** What a step left behind for the job. */
export interface StepEffects {
  readonly exitCode: number;
  readonly outputs: Record<string, string>;
  readonly env: Record<string, string>;
  readonly paths: string[];
  readonly summary: string;
  readonly annotations: string[];
}

export interface StepHost {
  /** Folder for scripts and command files. */
  readonly temp: string;
  readonly masks: Masks;
  readonly log: (line: string) => void;
  /** See JobSetup. */
  readonly launcher?: readonly string[] | undefined;
}

const fileCommands = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE"] as const;
type FileCommand = (typeof fileCommands)[number];

/** @throws Error for a shell that is not modelled */
export function shellCommand(shell: string | undefined, file: string): string[] {
  switch (shell) {
    case undefined:
      return ["bash", "-e", file];
    case "bash":
      return ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", file];
    case "sh":
      return ["sh", "-e", file];
    default:
      throw new Error(`shell: ${shell} is not modelled by the lab runner (only bash and sh).`);
  }
}

/** Runs one script with GitHub's command files and workflow commands. */
export async function runStep(step: ReadyStep, host: StepHost): Promise<StepEffects> {
  const id = randomUUID();
  const script = path.join(host.temp, `${id}.sh`);
  writeFileSync(script, step.script.replaceAll("\r\n", "\n"), { mode: 0o755 });
  const command = shellCommand(step.shell, script);
  host.log(`##[group]Run ${step.script.split("\n")[0] ?? ""}`);
  for (const line of step.script.trimEnd().split("\n")) host.log(line);
  host.log(`shell: ${command.slice(0, -1).join(" ")} {0}`);
  host.log("##[endgroup]");
  return withCommandFiles(command, id, step, host).finally(() => rmSync(script, { force: true }));
}

/** Runs a hook of the machine: a script outside the runner's folder. @throws Error when it is missing */
export async function runHook(
  file: string,
  step: Omit<ReadyStep, "script" | "shell">,
  host: StepHost,
): Promise<StepEffects> {
  if (!path.isAbsolute(file)) throw new Error(`${file} is not an absolute path.`);
  if (!file.endsWith(".sh")) throw new Error(`${file} is not a valid path to a script. Make sure it ends in '.sh'.`);
  readFileSync(file);
  host.log(`##[group]Run '${file}'`);
  host.log("shell: bash -e {0}");
  host.log("##[endgroup]");
  return withCommandFiles(["bash", "-e", file], randomUUID(), step, host);
}

async function withCommandFiles(
  command: readonly string[],
  id: string,
  step: Omit<ReadyStep, "script" | "shell">,
  host: StepHost,
): Promise<StepEffects> {
  const folder = path.join(host.temp, "_runner_file_commands");
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(
    fileCommands.map((name) => [name, path.join(folder, `${name.toLowerCase()}_${id}`)]),
  ) as Record<FileCommand, string>;
  for (const file of Object.values(files)) writeFileSync(file, "");
  const annotations: string[] = [];
  const handler = new OutputHandler(host, annotations);
  try {
    const exitCode = await runScript({
      command: [...(host.launcher ?? []), ...command],
      cwd: step.workingDirectory,
      env: { ...step.env, ...files },
      onLine: (line) => handler.line(line),
      signal: step.signal,
    });
    if (exitCode !== 0 && !step.signal.aborted) {
      const words = `Process completed with exit code ${exitCode}.`;
      host.log(`##[error]${words}`);
      annotations.push(words);
    }
    const read = (name: FileCommand): string => readFileSync(files[name], "utf8");
    return {
      exitCode,
      outputs: Object.fromEntries(parseAssignments(read("GITHUB_OUTPUT"))),
      env: allowedEnv(parseAssignments(read("GITHUB_ENV"))),
      paths: parsePaths(read("GITHUB_PATH")),
      summary: host.masks.apply(read("GITHUB_STEP_SUMMARY")),
      annotations,
    };
  } finally {
    for (const file of Object.values(files)) rmSync(file, { force: true });
  }
}

/** @throws Error for variables that GitHub's runner refuses to set this way */
function allowedEnv(assignments: readonly (readonly [string, string])[]): Record<string, string> {
  for (const [name] of assignments) {
    if (name.toUpperCase() === "NODE_OPTIONS")
      throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  }
  return Object.fromEntries(assignments);
}

/** Output of a step: workflow commands are carried out, everything is logged masked. */
class OutputHandler {
  private resumeToken: string | undefined;

  constructor(
    private readonly host: StepHost,
    private readonly annotations: string[],
  ) {}

  line(text: string): void {
    const command = parseCommand(text);
    if (command === undefined) {
      this.host.log(text);
    } else if (this.resumeToken !== undefined) {
      if (command.name === this.resumeToken.toLowerCase()) this.resumeToken = undefined;
      this.host.log(text);
    } else {
      this.carryOut(command.name, command.message, text);
    }
  }

  private carryOut(name: string, message: string, text: string): void {
    switch (name) {
      case "add-mask":
        this.host.masks.add(message);
        this.host.log("::add-mask::***");
        break;
      case "stop-commands":
        this.resumeToken = message;
        this.host.log(text);
        break;
      case "error":
      case "warning":
      case "notice":
        this.host.log(`##[${name}]${message}`);
        this.annotations.push(this.host.masks.apply(message));
        break;
      case "group":
        this.host.log(`##[group]${message}`);
        break;
      case "endgroup":
        this.host.log("##[endgroup]");
        break;
      case "debug":
        break;
      default:
        this.host.log(text);
    }
  }
}
