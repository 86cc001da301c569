import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { baseFolders, instanceNamed } from "../instance";
import { machinesFolder, run, scriptEnvironment, scriptPath } from "./script";

export interface TemplateOptions {
  /** Instance whose machines are to use the template. */
  readonly instance: string;
  /** PEM file of the authority that the machines trust. */
  readonly caCertificate: string;
  /** Gets progress, one line at a time. */
  readonly say: (line: string) => void;
}

/** What decides the content of a template: its recipe (with the package list), this architecture and the authority. */
export function templateKey(recipe: string, architecture: string, caFingerprint: string): string {
  return createHash("sha256").update([recipe, architecture, caFingerprint].join("\0")).digest("hex").slice(0, 16);
}

/**
 * Builds the machine template if it is not in the cache (about 40 s), and gives it to the instance.
 * @returns its root file system
 * @throws Error with the last lines of the build
 */
export async function prepareTemplate(options: TemplateOptions): Promise<string> {
  const recipe = scriptPath("template");
  const fingerprint = new X509Certificate(readFileSync(options.caCertificate)).fingerprint256;
  const key = templateKey(readFileSync(recipe, "utf8"), os.arch(), fingerprint);
  const target = path.join(baseFolders().cache, "machine-template", key);
  const instance = instanceNamed(options.instance);
  if (!existsSync(target)) {
    options.say("Building the machine template (about a minute, once)");
    // Namespaces of its own: when the build is killed, its processes and mounts go with it.
    const isolate = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
    await run("unshare", [...isolate, recipe, target, options.caCertificate], scriptEnvironment(instance), (line) => {
      if (line.startsWith("I: ")) options.say(`machine template: ${line.slice(3)}`);
      if (line.startsWith("waiting")) options.say(line);
    });
  }
  const root = path.join(target, "root");
  linkTemplate(machinesFolder(instance), root);
  return root;
}

function linkTemplate(folder: string, root: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const link = path.join(folder, "template");
  rmSync(`${link}.new`, { force: true });
  symlinkSync(root, `${link}.new`);
  renameSync(`${link}.new`, link);
}
