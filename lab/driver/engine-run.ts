import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, parseDocument } from "yaml";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import { type LabSession, pulumiLine, stackOfSession } from "../pulumi/session";
import { ensureLabStack } from "../pulumi/stack";
import { readEngineEvents, type RunEvents } from "./engine-events";

/** A finished run of the engine. */
export interface EngineRun extends RunEvents {
  readonly code: number;
  /** Everything it printed. */
  readonly output: string;
}

/** Settings of the program by path, as YAML; undefined takes one away. */
export type StackSettings = Readonly<Record<string, string | undefined>>;

/** `runners[0].vmId` as a path in a stack's configuration file. */
function configPath(key: string): (string | number)[] {
  const [group = "", ...rest] = key.split(/[.[\]]+/).filter((part) => part !== "");
  return ["config", `ghrunners:${group}`, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
}

function withSettings(text: string, settings: StackSettings): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) document.deleteIn(configPath(key));
    else document.setIn(configPath(key), parse(value));
  }
  return document.toString();
}

/**
 * `pulumi <args>` in the lab of a session, to its end. Settings and variables hold for this run only.
 * @param settings YAML by path, such as `runners[0].vmId`; undefined takes the setting away
 */
export async function runEngine(
  session: LabSession,
  args: readonly string[],
  settings: StackSettings = {},
  env: NodeJS.ProcessEnv = {},
): Promise<EngineRun> {
  const configFile = stackFile(stackOfSession(session));
  const folder = mkdtempSync(path.join(tmpdir(), "ghr-run-"));
  const log = path.join(folder, "events.jsonl");
  await ensureLabStack(session, () => undefined);
  const file = path.join(folder, path.basename(configFile));
  const changed = Object.keys(settings).length > 0;
  if (changed) writeFileSync(file, withSettings(readFileSync(configFile, "utf8"), settings), { mode: 0o600 });
  try {
    // The CLI offers --event-log only to those who ask for its debugging commands.
    const result = await runProcess(
      pulumiLine(session, [...args, "--event-log", log, ...(changed ? ["--config-file", file] : [])]),
      { cwd: projectRoot, env: { ...session.env, PULUMI_DEBUG_COMMANDS: "true", ...env } },
    );
    return { code: result.code, output: result.all, ...readEngineEvents(log) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
