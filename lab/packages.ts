import { existsSync } from "node:fs";
import path from "node:path";
import { type Finished, runProcess } from "@ghrunners/core/process";
import { poll } from "@ghrunners/core/until";
import { withLock } from "./toolchain/lock";
import { baseFolders } from "./instance";

/** How long another program may keep apt and dpkg to itself, s: a fresh machine's own upgrades take minutes. */
const PATIENCE_SECONDS = 900;

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

/** apt-get. Waits while another program has dpkg's lock (apt.conf(5), DPkg::Lock::Timeout). */
function apt(...args: string[]): Promise<Finished> {
  const line = ["apt-get", "-o", `DPkg::Lock::Timeout=${PATIENCE_SECONDS}`, ...args];
  return runProcess(line, { cwd: "/", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

/** The lists have a lock of their own, which apt does not wait for. */
async function updateLists(): Promise<void> {
  const pace = { limitMs: PATIENCE_SECONDS * 1000, pauseMs: 1_000 };
  await poll(
    () => apt("update"),
    ({ stderr }) => !/Could not get lock \S*lists\/lock/.test(stderr),
    pace,
  );
}

/**
 * Installs the missing packages with apt-get, which must be run as root. One of our processes at a time does it.
 * @returns the packages installed now
 * @throws Error with apt's message
 */
export async function ensurePackages(say: (line: string) => void, wanted = programs): Promise<string[]> {
  if (missingPackages(wanted).length === 0) return [];
  const lock = path.join(baseFolders().cache, "packages.lock");
  const wait = ({ pid }: { pid: number }): void => say(`Process ${pid} is installing Debian packages: waiting for it`);
  return withLock(lock, wait, () => install(say, missingPackages(wanted)));
}

async function install(say: (line: string) => void, missing: string[]): Promise<string[]> {
  if (missing.length === 0) return [];
  if (!isOnPath("apt-get")) {
    throw new Error(
      `These programs are missing and this machine has no apt-get to install them: ${missing.join(", ")}. Install them, then run the same command again.`,
    );
  }
  say(`Installing Debian packages: ${missing.join(" ")}`);
  let result = await apt("install", "-y", "--no-install-recommends", ...missing);
  if (result.code !== 0) {
    await updateLists();
    result = await apt("install", "-y", "--no-install-recommends", ...missing);
  }
  if (result.code !== 0) {
    throw new Error(
      `apt-get could not install ${missing.join(", ")}:\n${result.stderr.trim().split("\n").slice(-8).join("\n")}\nCheck the network and the apt sources, then run the same command again.`,
    );
  }
  return missing;
}
