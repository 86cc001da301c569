import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import { isOnPath } from "@ghrunners/lab/packages";

/** Programs for checks, the Debian package of each and where it puts them. */
const packages = { promtool: "prometheus", prometheus: "prometheus", amtool: "prometheus-alertmanager" } as const;

/** A program that judges what this project writes for a monitoring host. */
export type MonitoringProgram = keyof typeof packages;

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status === 0) return;
  throw new Error(
    `${program} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}\nRun apt-get update, then the same test again.`,
  );
}

/**
 * Path of a program of Debian's Prometheus packages. Where it is not installed, the package is unpacked into the cache:
 * installing it would start a service that listens on every address.
 * @throws Error with apt's own words
 */
export function debianTool(program: MonitoringProgram): string {
  if (isOnPath(program)) return program;
  const name = packages[program];
  const folder = path.join(baseFolders().cache, "debian", name);
  if (!existsSync(folder)) {
    mkdirSync(path.dirname(folder), { recursive: true });
    const unpacked = mkdtempSync(`${folder}-`);
    try {
      run("apt-get", ["download", name], unpacked);
      const file = readdirSync(unpacked).find((entry) => entry.endsWith(".deb")) ?? `${name}.deb`;
      run("dpkg-deb", ["--extract", file, "."], unpacked);
      rmSync(path.join(unpacked, file));
      if (!existsSync(folder)) renameSync(unpacked, folder);
    } finally {
      rmSync(unpacked, { recursive: true, force: true });
    }
  }
  return path.join(folder, "usr", "bin", program);
}
