import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { baseFolders, instanceNamed } from "../instance";
import { machinesFolder, run, scriptEnvironment, scriptPath } from "./script";

/** What a template has beside the packages of every machine. */
export interface TemplateContent {
  /** For people: names the template in progress lines. */
  readonly name: string;
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Debian packages that a mirror inside the machine offers; empty = there is no mirror. */
  readonly offered: readonly string[];
  /** Units that are installed but off, the program that manages the machine turns them on. */
  readonly disabledUnits: readonly string[];
}

/** What the program and the runner need of every host: installed beforehand, a rehearsal takes minutes less. */
export const hostPackages: readonly string[] = [
  ...["nodejs", "prometheus-node-exporter", "systemd-journal-remote"],
  ...["libkrb5-3", "qemu-guest-agent", "python3"],
];

/** What a delivery runner has beside: see runnerPackages in components/runner. */
const deliveryPackages: readonly string[] = ["git", "npm"];

/** The machines that a VM of the lab is cloned from. */
export const runnerTemplate: TemplateContent = {
  name: "machine template",
  packages: [...hostPackages, ...deliveryPackages],
  offered: [],
  disabledUnits: ["prometheus-node-exporter.service"],
};

/** A machine straight from a cloud image: nothing that the program needs is installed, and a mirror has all of it. */
export const bareTemplate: TemplateContent = {
  name: "bare template",
  packages: [],
  offered: [...hostPackages, "prometheus", "prometheus-alertmanager"],
  disabledUnits: [],
};

export interface TemplateOptions {
  /** Instance whose machine folder is passed to scripts. */
  readonly instance: string;
  readonly content: TemplateContent;
  /** PEM file of the authority that the machines trust. */
  readonly caCertificate: string;
  /** Gets progress, one line at a time. */
  readonly say: (line: string) => void;
}

/** What decides the content of a template: its recipe, what it has beside, this architecture and the authority. */
export function templateKey(
  recipe: string,
  { packages, offered, disabledUnits }: TemplateContent,
  architecture: string,
  caFingerprint: string,
): string {
  const content = [recipe, packages.join(" "), offered.join(" "), disabledUnits.join(" "), architecture, caFingerprint];
  return createHash("sha256").update(content.join("\0")).digest("hex").slice(0, 16);
}

/**
 * Where the cache keeps a template.
 * @param caCertificate PEM file of the authority that its machines trust
 */
export function templateFolder(cache: string, content: TemplateContent, caCertificate: string): string {
  const fingerprint = new X509Certificate(readFileSync(caCertificate)).fingerprint256;
  const recipe = readFileSync(scriptPath("template"), "utf8");
  return path.join(cache, "machine-template", templateKey(recipe, content, os.arch(), fingerprint));
}

/**
 * Builds a machine template if it is not in the cache (about 40 s).
 * @returns its root file system
 * @throws Error with the last lines of the build
 */
export async function prepareTemplate(options: TemplateOptions): Promise<string> {
  const recipe = scriptPath("template");
  const { name, packages, offered, disabledUnits } = options.content;
  const target = templateFolder(baseFolders().cache, options.content, options.caCertificate);
  const instance = instanceNamed(options.instance);
  if (!existsSync(target)) {
    options.say(`Building the ${name} (about a minute, once)`);
    // Namespaces of its own: when the build is killed, its processes and mounts go with it.
    const isolate = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
    const texts = [disabledUnits.join(" "), offered.join(" ")];
    const build = [...isolate, recipe, target, options.caCertificate, ...texts, ...packages];
    await run("unshare", build, scriptEnvironment(instance), (line) => {
      if (line.startsWith("I: ")) options.say(`${name}: ${line.slice(3)}`);
      if (line.startsWith("waiting")) options.say(line);
    });
  }
  return path.join(target, "root");
}

/** Gives a template to all machines of an instance that have none of their own. */
export function useTemplate(instance: string, root: string): void {
  linkTemplate(machinesFolder(instanceNamed(instance)), root);
}

/** The link is replaced at once: a machine that starts meanwhile finds the old or the new one. */
export function linkTemplate(folder: string, root: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const link = path.join(folder, "template");
  rmSync(`${link}.new`, { force: true });
  symlinkSync(root, `${link}.new`);
  renameSync(`${link}.new`, link);
}
