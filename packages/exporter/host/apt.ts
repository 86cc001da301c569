/**
 * Asks apt which updates are pending, without root and without a lock of the host: with package lists of its own. A job
 * can change none of this, because the packages, the sources and these lists belong to other users.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { PATCHED_STAMP } from "@ghrunners/core/vocabulary/patch";
import { parsePolicy, parseUpgrade, type Update } from "./updates";

const run = promisify(execFile);
/** Debian 12 has 14 MB of lists, Ubuntu about 40 MB. */
const REFRESH_LIMIT_MS = 300_000;
const READ_LIMIT_MS = 60_000;
const SOURCES = "/etc/apt";
const INSTALLED = "/var/lib/dpkg/status";
/** Source: Debian Policy 9.12, "Signaling that a reboot is required". */
const REBOOT_REQUIRED = "/run/reboot-required";
const KERNELS = "/boot";

/** apt keeps its lists packed, and no cache. */
const optionsFor = (folder: string): string[] =>
  [
    `Dir::State::lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "Acquire::Languages=none",
    "Acquire::GzipIndexes=true",
  ].flatMap((option) => ["-o", option]);

async function apt(program: string, args: readonly string[], timeout: number): Promise<string> {
  const env = { ...process.env, LC_ALL: "C" };
  try {
    const { stdout } = await run(program, args, { timeout, env, maxBuffer: 2 ** 23 });
    return stdout;
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const last = stderr?.trim().split("\n").at(-1) ?? "";
    const why = killed === true ? `did not end within ${timeout / 1000} s` : last || (error as Error).message;
    throw new Error(`${program} ${args.at(-1)}: ${why}`);
  }
}

/**
 * Downloads the package lists of the host's sources.
 * @param folder where they are kept, owned by this process's user
 * @throws Error if one of the sources does not answer: then what is pending is not known
 */
export async function refreshLists(folder: string): Promise<void> {
  await mkdir(path.join(folder, "lists", "partial"), { recursive: true });
  await mkdir(path.join(folder, "cache", "archives", "partial"), { recursive: true });
  await apt("apt-get", [...optionsFor(folder), "-q", "--error-on=any", "update"], REFRESH_LIMIT_MS);
}

/** Updates by the lists of the last refresh. Held packages and those that a release holds back are none. */
export async function readUpdates(folder: string): Promise<Update[]> {
  const options = optionsFor(folder);
  const simulate = [...options, "--simulate", "--with-new-pkgs", "upgrade"];
  const names = parseUpgrade(await apt("apt-get", simulate, READ_LIMIT_MS));
  if (names.length === 0) return [];
  return parsePolicy(names, await apt("apt-cache", [...options, "policy", ...names], READ_LIMIT_MS));
}

async function changedAt(...files: string[]): Promise<string> {
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return times.join(" ");
}

/** A text that changes when packages are installed. */
export const readInstalled = (): Promise<string> => changedAt(INSTALLED);

/** A text that changes when package sources do. */
export async function readSources(): Promise<string> {
  const folder = path.join(SOURCES, "sources.list.d");
  const names = (await readdir(folder).catch(() => [])).sort();
  return changedAt(path.join(SOURCES, "sources.list"), folder, ...names.map((name) => path.join(folder, name)));
}

/** When the machine booted, seconds since 1970. */
async function bootedAt(): Promise<number> {
  const seconds = Number(/^btime (\d+)$/m.exec(await readFile("/proc/stat", "utf8"))?.[1]);
  if (Number.isNaN(seconds)) throw new Error("/proc/stat has no line btime.");
  return seconds;
}

/**
 * Whether the machine has to restart: a package signals it, or a kernel was installed after the boot. Debian 12 signals
 * a new kernel only where unattended-upgrades or update-notifier is installed.
 * @returns undefined if there is neither the signal nor a kernel, as in a container
 */
export async function readRebootRequired(): Promise<boolean | undefined> {
  if (
    await stat(REBOOT_REQUIRED).then(
      () => true,
      () => false,
    )
  )
    return true;
  const kernels = (await readdir(KERNELS).catch(() => [])).filter((name) => name.startsWith("vmlinuz-"));
  if (kernels.length === 0) return undefined;
  const [boot, ...installed] = await Promise.all([
    bootedAt(),
    ...kernels.map(async (name) => (await stat(path.join(KERNELS, name))).ctimeMs / 1000),
  ]);
  return Math.max(...installed) > boot;
}

/** When every update was last installed, seconds since 1970; undefined: never. */
export const readInstalledAt = (): Promise<number | undefined> =>
  stat(PATCHED_STAMP).then(
    ({ mtimeMs }) => Math.floor(mtimeMs / 1000),
    () => undefined,
  );
