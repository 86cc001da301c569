/**
 * The peer's programs: OpenTofu and its provider, built from the committed Go modules into the cache, and Debian's
 * Ansible.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "../../instance";
import { ensurePackages } from "../../packages";
import { goVersion } from "../../toolchain/build";
import { withLock } from "../../toolchain/lock";
import { requiredVersion } from "../../toolchain/parts";
import { hashOf, platform } from "../../toolchain/source";
import type { Bench } from "../scenario";
import { timed } from "../timed";

/** Where the peer's programs are. */
export interface PeerTools {
  readonly tofu: string;
  /** Folder of the provider's program, for `dev_overrides`. */
  readonly providerFolder: string;
}

/** One program of the peer. */
interface Program {
  /** Folder under go/ with go.mod and go.sum. */
  readonly folder: string;
  readonly module: string;
  readonly package: string;
  readonly binary: string;
  readonly linkerFlags: (version: string) => string;
}

const programs: readonly Program[] = [
  {
    folder: "opentofu",
    module: "github.com/opentofu/opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    binary: "tofu",
    // As OpenTofu's own release build does: else it calls itself a development version.
    linkerFlags: () => "-s -w -X github.com/opentofu/opentofu/version.dev=no",
  },
  {
    folder: "provider",
    module: "github.com/bpg/terraform-provider-proxmox",
    package: "github.com/bpg/terraform-provider-proxmox",
    binary: "terraform-provider-proxmox",
    linkerFlags: (version) => `-s -w -X main.version=${version}`,
  },
];

const goRoot = path.join(__dirname, "go");

/** Folder in the cache that holds the program, named by what it is made from. */
async function ensureProgram(bench: Bench, program: Program): Promise<string> {
  const source = path.join(goRoot, program.folder);
  const texts = ["go.mod", "go.sum"].map((file) => readFileSync(path.join(source, file)));
  const version = requiredVersion(String(texts[0]), program.module);
  bench.version(program.folder === "provider" ? "bpg/proxmox" : program.folder, version);
  const cache = path.join(baseFolders().cache, "bench-peer");
  const folder = path.join(cache, `${program.folder}-${hashOf([...texts, platform(), program.linkerFlags(version)])}`);
  if (existsSync(folder)) return folder;
  const waiting = (): void => bench.say(`Another command builds ${program.binary}: waiting for it`);
  await withLock(`${folder}.lock`, waiting, async () => {
    if (existsSync(folder)) return;
    bench.say(
      `Building ${program.binary} ${version} for the comparison (OpenTofu takes about 4 minutes on two cores) ...`,
    );
    await goVersion(source);
    const unfinished = `${folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const flags = [
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      program.linkerFlags(version),
      "-o",
      path.join(unfinished, program.binary),
    ];
    const build = {
      line: ["go", "build", ...flags, program.package],
      cwd: source,
      env: process.env,
    };
    const { seconds } = await timed(build, `${folder}.log`, bench.signal);
    renameSync(unfinished, folder);
    bench.say(`Built ${program.binary} in ${seconds.toFixed(0)} s`);
  });
  return folder;
}

function ansibleVersion(): string {
  const shown = spawnSync("ansible-playbook", ["--version"], { encoding: "utf8" });
  return /\[core ([^\]]+)\]/.exec(shown.stdout)?.[1] ?? "unknown";
}

/** @param options.ansible whether the playbook is wanted as well, which needs root to install it */
export async function ensurePeerTools(bench: Bench, options: { ansible: boolean }): Promise<PeerTools> {
  if (options.ansible) {
    await ensurePackages(bench.say, [
      { program: "ansible-playbook", package: "ansible-core" },
      { program: "ssh", package: "openssh-client" },
    ]);
    bench.version("ansible-core", ansibleVersion());
  }
  const folders: string[] = [];
  for (const program of programs) folders.push(await ensureProgram(bench, program));
  const [tofu = "", providerFolder = ""] = folders;
  return { tofu: path.join(tofu, "tofu"), providerFolder };
}
