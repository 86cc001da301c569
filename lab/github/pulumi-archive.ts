import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A release of pulumi/pulumi, and its archive for these machines. */
export interface PulumiArchive {
  /** Without a leading "v". */
  readonly version: string;
  /** Name of the file, as GitHub has it. */
  readonly name: string;
  readonly sha256: string;
  /** Where the archive is on this disk. */
  readonly file: string;
}

/** GNU tar with everything fixed that would differ from one run to the next. */
const FIXED = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rwX,go+rX,go-w"];

/**
 * Packs the Pulumi CLI that the lab itself uses, as its maker publishes it: one folder `pulumi` with the CLI and its
 * plugins. It takes some seconds, so it is done when the archive is first asked for.
 * @param programs folder of the CLI
 * @param folder of the service's state, where the archive stays
 */
async function pack(programs: string, folder: string): Promise<PulumiArchive | undefined> {
  if (!existsSync(path.join(programs, "pulumi"))) return undefined;
  const { stdout } = await run(path.join(programs, "pulumi"), ["version"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true", HOME: folder },
  });
  const version = stdout.trim().replace(/^v/, "");
  const name = `pulumi-v${version}-linux-x64.tar.gz`;
  const file = path.join(folder, "pulumi-release", name);
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    const intoFolder = `--transform=s,^\\.,pulumi,`;
    await run("tar", [
      ...FIXED,
      intoFolder,
      "--dereference",
      "-I",
      "gzip -n1",
      "-cf",
      `${file}.new`,
      "-C",
      programs,
      ".",
    ]);
    renameSync(`${file}.new`, file);
  }
  return { version, name, file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}

/** The release of pulumi/pulumi that the service has; undefined without programs. Packed once. */
export function pulumiArchive(programs: string | undefined, folder: string): () => Promise<PulumiArchive | undefined> {
  let packed: Promise<PulumiArchive | undefined> | undefined;
  return () => (packed ??= programs === undefined ? Promise.resolve(undefined) : pack(programs, folder));
}
