import type { Described } from "@ghrunners/core/schema";
import type { rollbackReportSchema } from "./schema";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { promotionOverrides } from "@ghrunners/core/vocabulary/safety";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import { writeWhole } from "@ghrunners/core/whole-file";
import { provenSettings } from "@ghrunners/config/arguments/proven-settings";
import type { StateResource } from "../drift/state-values";
import { capturePulumi } from "../pulumi/run";
import { refuseAtRateLimit, runPulumi } from "../pulumi/run-program";
import { type Stack, stackFile } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { runSmokeJob, type SmokeJobResult } from "../smoke/smoke-job";
import { settledStatusOf } from "../status/status";
import { changesTo, describe, keptVersion, lastKnownGood, withChanges, type SettingChange } from "./plan";

/** What `ghrunners rollback-runners --json` prints. */
export type RollbackReport = Described<typeof rollbackReportSchema>;

export interface RollbackOptions {
  readonly dryRun: boolean;
  /** Pulumi does not ask for confirmation. */
  readonly yes: boolean;
  readonly say: (line: string) => void;
}

/** The settings to return to, and what differs from them. */
export interface RollbackPreview {
  readonly provedAt: string;
  readonly changes: readonly SettingChange[];
}

/** @returns undefined if the state has no complete update */
export async function wayBack(stack: Stack): Promise<RollbackPreview | undefined> {
  const [text, settings] = await Promise.all([capturePulumi(stack, ["stack", "export"]), settingsOf(stack)]);
  const { deployment } = JSON.parse(text) as { deployment: { resources?: StateResource[] } };
  const resources = deployment.resources ?? [];
  const proven = lastKnownGood(resources);
  if (proven === undefined) return undefined;
  const now = provenSettings(settings, keptVersion(resources) ?? proven.settings.agent.version);
  return { provedAt: proven.provedAt, changes: changesTo(proven.settings, now) };
}

/** The difference of the configuration file as `diff -u` prints it. */
function diffOf(file: string, text: string): string {
  const name = path.basename(file);
  const labels = ["--label", `a/${name}`, "--label", `b/${name}`];
  // `diff` ends with 1 when there is a difference.
  const { status, stdout, stderr } = spawnSync("diff", ["-u", ...labels, file, "-"], { input: text, encoding: "utf8" });
  if (status === 0 || status === 1) return stdout;
  throw new Error(`diff failed: ${stderr}`);
}

/** Replaces the file atomically. */
function replace(file: string, text: string): void {
  writeWhole(file, text, { mode: statSync(file).mode });
}

/**
 * The configuration with the overrides that a rollback needs: no other stack has proved these settings for this commit,
 * and the changed file is not committed yet.
 */
function allowed(text: string): string {
  const document = parseDocument(text);
  for (const { setting, words } of Object.values(promotionOverrides))
    document.setIn(["config", "ghrunners:safety", setting], words);
  return document.toString({ lineWidth: 0 });
}

/** Runs Pulumi with the restored settings, from a copy of the stack's file. */
async function withCopy(stack: Stack, text: string, args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "ghrunners-rollback-"));
  try {
    const file = path.join(folder, path.basename(stackFile(stack)));
    copyFileSync(stackFile(stack), file);
    replace(file, allowed(text));
    return await runPulumi(stack, [...args, "--config-file", file, "--suppress-outputs"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A job on a runner of each role, and the status of everything. */
async function prove(stack: Stack, say: RollbackOptions["say"]): Promise<Pick<RollbackReport, "jobs" | "problems">> {
  const { runners, hosts } = await settingsOf(stack);
  const roles = hosts === "skip" ? [] : [...new Set(runners.map(({ role }): Role => role))];
  const jobs: SmokeJobResult[] = [];
  for (const role of roles) {
    say(`running a job on the ${role}`);
    jobs.push(await runSmokeJob(stack, role));
  }
  return { jobs, problems: (await settledStatusOf(stack, say)).problems };
}

/**
 * Restores the runners' settings of the last update that completed, runs pulumi up with them and proves the result.
 * After an interruption the same call resumes: settings already restored no longer count as changes.
 * @throws Error if there is nothing to return to, GitHub's rate limit is used up, or a step fails
 */
export async function rollbackRunners(stack: Stack, { dryRun, yes, say }: RollbackOptions): Promise<RollbackReport> {
  await refuseAtRateLimit(await settingsOf(stack));
  const way = await wayBack(stack);
  if (way === undefined) {
    throw new Error(
      `The state of ${stack.name} does not say with which settings its runners were last proved. Expected an update that ` +
        `completed. Next: set ghrunners:agent, proxmox.templateId (or proxmox.image) and vm by hand, then pulumi up`,
    );
  }
  const file = stackFile(stack);
  const text =
    way.changes.length === 0 ? readFileSync(file, "utf8") : withChanges(readFileSync(file, "utf8"), way.changes);
  const diff = diffOf(file, text);
  say(`proved at ${way.provedAt}: ${way.changes.map(describe).join("; ") || "the settings are those"}`);
  const report = { schema: "ghrunners.rollback-runners/1", stack: stack.name, ...way, diff } as const;
  if (dryRun) {
    if ((await withCopy(stack, text, ["preview"])) !== 0)
      throw new Error("pulumi preview failed; its output is above.");
    return { ...report, applied: false, jobs: [], problems: [] };
  }
  if (way.changes.length > 0) replace(file, text);
  // What the failed update left on a machine may also differ from the state.
  const up = ["up", "--refresh", ...(yes ? ["--yes"] : [])];
  if ((await withCopy(stack, text, up)) !== 0) {
    throw new Error(
      `pulumi up with the settings of ${way.provedAt} failed; its output is above. Next: fix the cause, then run the same ` +
        `command: it resumes`,
    );
  }
  return { ...report, applied: true, ...(await prove(stack, say)) };
}
