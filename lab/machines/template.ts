import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { baseFolders, instanceNamed } from "../instance";
import { machinesFolder, run, ScriptFailure, scriptEnvironment, scriptPath } from "./script";

/** Debian releases that a machine can have, with their code names. */
export const debianReleases = { 12: "bookworm", 13: "trixie" } as const;

/** @example 13 */
export type DebianRelease = keyof typeof debianReleases;

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
  /** Code name of the Debian release. Default: that of this host. */
  readonly suite?: string;
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

/** What the VMs of a lab are cloned from; in a blank lab they are straight from a cloud image. */
export const vmTemplate = (blank: boolean): TemplateContent => (blank ? bareTemplate : runnerTemplate);

/** The same content on a Debian release. */
export function onDebian(release: DebianRelease, content: TemplateContent): TemplateContent {
  return { ...content, name: `${content.name} of Debian ${release}`, suite: debianReleases[release] };
}

/** The two templates of VMs on each release, for tests of what differs between releases. */
export const releaseTemplates: readonly TemplateContent[] = ([12, 13] as const).flatMap((release) =>
  [runnerTemplate, bareTemplate].map((content) => onDebian(release, content)),
);

/** The package mirror of this host does not give the release that a template is to have. */
export class ReleaseMissing extends Error {}

export interface TemplateOptions {
  /** Instance whose machine folder is passed to scripts. */
  readonly instance: string;
  readonly content: TemplateContent;
  /** PEM file of the authority that the machines trust. */
  readonly caCertificate: string;
  /** Gets progress, one line at a time. */
  readonly say: (line: string) => void;
}

/** Code name of a template's Debian release; empty on a host that is no Debian, where none is built. */
function suiteOf({ suite }: TemplateContent): string {
  if (suite !== undefined) return suite;
  const own = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^VERSION_CODENAME=(\w+)$/m.exec(own)?.[1] ?? "";
}

/**
 * The system's own programs come first: Debian's tools start python3 for most packages, and a version manager's python3,
 * earlier on PATH, takes several times as long to start.
 */
const systemFirst = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${env.PATH ?? ""}`,
});

/** What decides the content of a template: its recipe, what it has beside, this architecture and the authority. */
function templateKey(recipe: string, content: TemplateContent, caFingerprint: string): string {
  const { packages, offered, disabledUnits } = content;
  const lists = [packages, offered, disabledUnits].map((names) => names.join(" "));
  const parts = [recipe, suiteOf(content), ...lists, os.arch(), caFingerprint];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

/**
 * Where the cache keeps a template.
 * @param caCertificate PEM file of the authority that its machines trust
 */
export function templateFolder(cache: string, content: TemplateContent, caCertificate: string): string {
  const fingerprint = new X509Certificate(readFileSync(caCertificate)).fingerprint256;
  const recipe = readFileSync(scriptPath("template"), "utf8");
  return path.join(cache, "machine-template", templateKey(recipe, content, fingerprint));
}

/**
 * Builds a machine template if it is not in the cache (about a minute).
 * @returns its root file system
 * @throws ReleaseMissing when the mirror does not give its release @throws Error with the last lines of the build
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
    const texts = [suiteOf(options.content), disabledUnits.join(" "), offered.join(" ")];
    const build = [...isolate, recipe, target, options.caCertificate, ...texts, ...packages];
    await run("unshare", build, systemFirst(scriptEnvironment(instance)), (line) => {
      if (line.startsWith("I: ")) options.say(`${name}: ${line.slice(3)}`);
      if (line.startsWith("waiting")) options.say(line);
    }).catch((error: unknown) => {
      throw error instanceof ScriptFailure && error.code === UNAVAILABLE ? missing(options.content, error) : error;
    });
  }
  return path.join(target, "root");
}

/** Exit code of the recipe when the mirror does not give the release, see sysexits.h(3head). */
const UNAVAILABLE = 69;

function missing(content: TemplateContent, { lastLine }: ScriptFailure): ReleaseMissing {
  return new ReleaseMissing(
    `The ${content.name} cannot be built: this machine's package mirror does not give ${suiteOf(content)}. ` +
      `Seen: ${lastLine}. Expected its index there. Next: name a mirror with that release in /etc/apt.`,
  );
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
