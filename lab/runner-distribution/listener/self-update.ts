import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { UpdateRequested } from "../../github/runner-protocol/messages";
import { release } from "./release";

const parts = ["bin", "externals"] as const;

export interface UpdateSetup {
  readonly root: string;
  readonly workFolder: string;
  readonly print: (line: string) => void;
  readonly shutdown: AbortSignal;
}

/**
 * Replaces the program by the release that GitHub names; the caller then ends, and is started again. A folder that
 * belongs to root has `_work/_update` alone to write to, so there it ends with an error and the release stays. Source:
 * actions/runner, SelfUpdaterV2.cs.
 * @throws Error where the release cannot be fetched or the folder is not the listener's to write to
 */
export async function updateItself({ root, workFolder, print, shutdown }: UpdateSetup, wanted: UpdateRequested) {
  const fetched = path.join(root, workFolder, "_update");
  try {
    print(`Runner update in progress, do not shutdown runner.\nDownloading ${wanted.version} runner`);
    await fetchRelease(fetched, wanted, shutdown);
    putBeside(root, fetched, wanted.version);
    print("Waiting for current job finish running.\nGenerate and execute update script.");
    switchTo(root, wanted.version);
    print("Runner will exit shortly for update, should be back online within 10 seconds.");
  } finally {
    print("Runner update process finished.");
  }
}

async function fetchRelease(folder: string, { downloadUrl, sha256 }: UpdateRequested, signal: AbortSignal) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const answer = await fetch(downloadUrl, { signal });
  if (!answer.ok) throw new Error(`Runner package '${downloadUrl}' failed: HTTP ${answer.status}`);
  const content = Buffer.from(await answer.arrayBuffer());
  const seen = createHash("sha256").update(content).digest("hex");
  if (seen !== sha256) throw new Error(`Computed runner hash ${seen} did not match expected Runner Hash ${sha256}`);
  const archive = path.join(folder, "runner1.tar.gz");
  writeFileSync(archive, content);
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
  rmSync(archive);
}

/** Folders get the version in their names; config.sh, run.sh and env.sh are replaced at once. */
function putBeside(root: string, fetched: string, version: string): void {
  for (const part of parts)
    cpSync(path.join(fetched, part), path.join(root, `${part}.${version}`), { recursive: true });
  for (const entry of readdirSync(fetched, { withFileTypes: true }).filter((each) => each.isFile())) {
    // Removed first: a file of another user can be replaced, but not written to.
    rmSync(path.join(root, entry.name), { force: true });
    cpSync(path.join(fetched, entry.name), path.join(root, entry.name));
  }
}

/**
 * What GitHub's update script does as soon as the listener has ended; the stand-in does it before, as its program is in
 * memory. The links are absolute. Source: actions/runner, update.sh.template.
 */
function switchTo(root: string, version: string): void {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const log = path.join(root, "_diag", `SelfUpdate-${stamp}.log`);
  const say = (line: string): void => appendFileSync(log, `[${new Date().toISOString()}] ${line}\n`);
  for (const part of parts) {
    const link = path.join(root, part);
    if (lstatSync(link).isSymbolicLink()) {
      say(`Delete existing junction ${part} folder`);
      rmSync(link);
    } else {
      say(`move ${link} ${link}.${release.version}`);
      renameSync(link, `${link}.${release.version}`);
    }
    say(`Create junction ${part} folder`);
    symlinkSync(`${link}.${version}`, link);
  }
  const service = path.join(root, "runsvc.sh");
  if (existsSync(service)) cpSync(path.join(root, "bin", "runsvc.sh"), service);
  say("Update succeed");
  writeFileSync(path.join(root, "update.finished"), "");
  renameSync(log, `${log}.succeed`);
}
