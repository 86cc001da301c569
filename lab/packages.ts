import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** Programs that the lab runs, and the Debian package that brings each. */
const programs: readonly { program: string; package: string }[] = [
  { program: "systemd-nspawn", package: "systemd-container" },
  { program: "mmdebstrap", package: "mmdebstrap" },
  { program: "nft", package: "nftables" },
  { program: "ip", package: "iproute2" },
  { program: "ssh-keygen", package: "openssh-client" },
  { program: "zstd", package: "zstd" },
  { program: "socat", package: "socat" },
];

export function isOnPath(program: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const folders = [...(env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(path.join(folder, program)));
}

/** Debian packages that are missing for the programs given. */
export function missingPackages(wanted = programs, has: (program: string) => boolean = isOnPath): string[] {
  return wanted.filter(({ program }) => !has(program)).map((entry) => entry.package);
}

/**
 * Installs the missing packages with apt-get, which must be run as root.
 * @returns the packages installed now
 * @throws Error with apt's own words
 */
export function ensurePackages(say: (line: string) => void, wanted = programs): string[] {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return [];
  if (!isOnPath("apt-get")) {
    throw new Error(
      `These programs are missing and this machine has no apt-get to install them: ${missing.join(", ")}. Install them, then run the same command again.`,
    );
  }
  say(`Installing Debian packages: ${missing.join(" ")}`);
  const apt = (...args: string[]) =>
    spawnSync("apt-get", args, {
      encoding: "utf8",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      maxBuffer: 64 * 2 ** 20,
    });
  let result = apt("install", "-y", "--no-install-recommends", ...missing);
  if (result.status !== 0) {
    apt("update");
    result = apt("install", "-y", "--no-install-recommends", ...missing);
  }
  if (result.status !== 0) {
    throw new Error(
      `apt-get could not install ${missing.join(", ")}:\n${result.stderr.trim().split("\n").slice(-8).join("\n")}\nCheck the network and the apt sources, then run the same command again.`,
    );
  }
  return missing;
}
