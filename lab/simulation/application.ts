/** The application that is deployed: its plan, its artefacts, and its target with one version complete. */
import { createHash } from "node:crypto";
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import type { Disk } from "./disk";
import type { Inode } from "./disk-tree";
import type { SimulatedHost } from "./host";
import { CURRENT, packed, RELEASES, UNIT, type FileTree } from "./programs";

/** `good` works; `unhealthy` fails a health check, `half` a smoke test. */
export type VersionQuality = "good" | "unhealthy" | "half";

export const treeOf = (version: string, trait: VersionQuality): FileTree => ({
  backend: trait === "unhealthy" ? "0" : version,
  feature: trait === "half" ? "broken" : "works",
  page: `page of ${version}`,
  "site.conf": `site of ${version}`,
  "app.conf": `conf of ${version}`,
});

export interface Artefact {
  readonly bytes: Buffer;
  readonly sha256: string;
}

export function artefactOf(version: string, trait: VersionQuality): Artefact {
  const bytes = packed(treeOf(version, trait));
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

const fast = { attempts: 2, pauseSeconds: 1, limitSeconds: 10 };
const app = "http://127.0.0.1:8080/";

/** @param leaseSeconds of its deployments */
export const planOf = (leaseSeconds: number): PlanInput => ({
  application: "demo",
  environment: "production",
  targets: ["target"],
  artefact: { file: "demo-{version}.tar.gz", sums: "SHA256SUMS" },
  releases: RELEASES,
  current: CURRENT,
  steps: [
    { kind: "unpack", name: "unpack", limitSeconds: 20 },
    { kind: "units", name: "stop", limitSeconds: 20, action: "stop", units: [UNIT] },
    { kind: "expand", name: "schema", limitSeconds: 20, run: ["migrate"], oldestVersion: "1" },
    { kind: "file", name: "site", limitSeconds: 20, from: "site.conf", to: "/etc/demo/site.conf" },
    { kind: "file", name: "conf", limitSeconds: 20, from: "app.conf", to: "/srv/demo.conf", mode: "0640" },
    { kind: "activate", name: "activate", limitSeconds: 20 },
    { kind: "command", name: "work", limitSeconds: 20, run: ["act", "work"], undo: ["act", "unwork"] },
    { kind: "units", name: "start", limitSeconds: 20, action: "start", units: [UNIT] },
  ],
  health: [
    {
      name: "answers",
      category: "backend",
      ...fast,
      probe: { kind: "http", url: app, json: { version: "{version}" } },
    },
    { name: "shows", category: "frontend", ...fast, probe: { kind: "http", url: app, contains: "page of {version}" } },
    { name: "schema", category: "database", ...fast, probe: { kind: "command", run: ["cat", "/srv/schema"] } },
    { name: "memory", category: "cache", ...fast, probe: { kind: "memory" } },
    {
      name: "others",
      category: "external",
      ...fast,
      critical: false,
      probe: { kind: "command", run: ["act", "others"] },
    },
    { name: "load", category: "system", ...fast, probe: { kind: "load" } },
    {
      name: "site",
      category: "proxy",
      ...fast,
      probe: { kind: "command", run: ["cat", "/etc/demo/site.conf"], prints: "site of {version}" },
    },
    { name: "units", category: "units", ...fast, probe: { kind: "units", units: [UNIT] } },
  ],
  smoke: [{ name: "feature", ...fast, probe: { kind: "http", url: app, json: { feature: "works" } } }],
  limits: { leaseSeconds, totalSeconds: 240, freeMiB: 1, keepReleases: 2 },
});

/** What a deployment may change and an undo must restore, as text; the schema is left out, since it only grows. */
const PLACES = ["/opt/demo", "/etc/demo", "/srv/demo.conf"];

function describe(file: string, node: Inode | undefined, into: string[]): void {
  if (node === undefined) return;
  const owner = `${node.mode.toString(8)} ${node.uid}:${node.gid}`;
  if (node.kind === "link") into.push(`${file} -> ${node.target}`);
  if (node.kind === "file") into.push(`${file} ${owner} ${node.content.toString("utf8")}`);
  if (node.kind !== "folder") return;
  into.push(`${file}/ ${owner}`);
  for (const name of [...node.entries.keys()].sort()) describe(`${file}/${name}`, node.entries.get(name), into);
}

/** Every file and link of the application, and its services. */
export function picture({ disk, units }: SimulatedHost): string[] {
  const seen: string[] = [];
  for (const place of PLACES) describe(place, disk.find(place, false), seen);
  for (const [name, { active, enabled, runs }] of [...units].sort())
    if (name === UNIT) seen.push(`${name} ${active ? `runs ${runs}` : "rests"}, ${enabled ? "enabled" : "disabled"}`);
  return seen;
}

/** Differences from a complete installation of a version; empty: it is complete. */
export function lacks({ disk, units }: SimulatedHost, version: string, trait: VersionQuality): string[] {
  const tree = treeOf(version, trait);
  const problems: string[] = [];
  const want = (what: string, seen: string | undefined, expected: string): void => {
    if (seen !== expected) problems.push(`${what} is ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`);
  };
  want("the link", disk.find(CURRENT, false)?.target, `releases/${version}`);
  for (const [name, text] of Object.entries(tree))
    want(`release ${version}: ${name}`, textOf(disk, `${RELEASES}/${version}/${name}`), text);
  want("/etc/demo/site.conf", textOf(disk, "/etc/demo/site.conf"), `site of ${version}`);
  want("/srv/demo.conf", textOf(disk, "/srv/demo.conf"), `conf of ${version}`);
  const unit = units.get(UNIT);
  want(UNIT, unit?.active === true ? `runs ${unit.runs}` : "rests", `runs ${tree.backend}`);
  want(`${UNIT} at boot`, unit?.enabled === true ? "enabled" : "disabled", "enabled");
  return problems;
}

const textOf = (disk: Disk, file: string): string | undefined => disk.find(file, true)?.content.toString("utf8");
