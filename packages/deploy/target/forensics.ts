/** Keeps evidence of a failure before the undo changes it. Best effort: it never stops an undo. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileWithoutSecrets } from "../records/redact";
import type { Context } from "./context";
import type { Journal } from "./journal";

const LIMIT_MS = 10_000;

export async function collectForensics(context: Context, journal: Journal): Promise<void> {
  const folder = path.join(context.folders.forensics, context.request.id);
  if (existsSync(folder)) return;
  // The reserve was freed because the disk is full: that space is for journal and records.
  if (!existsSync(context.folders.reserve)) return;
  const units = context.request.steps.flatMap((step) => (step.kind === "units" ? step.units : []));
  const looks: Record<string, readonly string[]> = {
    "disk.txt": ["df", "-h"],
    "memory.txt": ["cat", "/proc/meminfo"],
    "processes.txt": ["ps", "-eo", "pid,ppid,etimes,rss,stat,comm"],
    "units.txt": ["systemctl", "status", "--no-pager", "--lines=0", ...units],
    "journal.txt": ["journalctl", "--no-pager", "--lines=300", ...units.flatMap((unit) => ["--unit", unit])],
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // It contains the steps' output as in the journal, without secrets.
    writeFileSync(path.join(folder, "deployment.json"), JSON.stringify(journal, undefined, 2), { mode: 0o600 });
    await Promise.all(
      Object.entries(looks).map(async ([name, line]) => {
        const ended = await context.executor.run(line, { limitMs: LIMIT_MS, environment: {} });
        const text = fileWithoutSecrets(ended.stdout === "" ? ended.detail : ended.stdout);
        writeFileSync(path.join(folder, name), text, { mode: 0o600 });
      }),
    );
  } catch {
    // Most likely the disk is full: the undo is more important.
  }
}
