import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { baseFolders, instanceNamed } from "@ghrunners/lab/instance";
import {
  destroyAll,
  networkUp,
  NspawnBackend,
  prepareTemplate,
  runnerTemplate,
  useTemplate,
  type StartSettings,
  type TemplateContent,
} from "@ghrunners/lab/machines/index";
import { scriptEnvironment, scriptPath } from "@ghrunners/lab/machines/script";
import { encodeSshKeys } from "@ghrunners/lab/proxmox/values";
import { userData } from "@ghrunners/lab/proxmox/vm/cloud-init";
import { ensureAuthority } from "@ghrunners/lab/tls";
import { topology } from "@ghrunners/lab/topology";
import { openedLabs } from "@ghrunners/lab/driver/opened-labs";
import type { Finished } from "@ghrunners/core/process";
import { until } from "@ghrunners/core/until";

const run = promisify(execFile);
/** Longest time of a command on a machine, and its longest output, in bytes. */
const COMMAND_LIMIT_MS = 300_000;
const OUTPUT_LIMIT = 64 * 2 ** 20;

/** A lab instance of its own with machines, for tests. Needs root. */
export class MachineRig {
  readonly instance;
  readonly backend: NspawnBackend;
  private readonly keyFile: string;

  /** @param template what the machines are made of */
  constructor(
    name: string,
    private readonly template: TemplateContent = runnerTemplate,
  ) {
    this.instance = instanceNamed(name);
    this.backend = new NspawnBackend(this.instance, topology.network.bridge);
    this.keyFile = path.join(this.instance.state, "key");
  }

  async up(): Promise<void> {
    openedLabs.add(this.instance.name);
    await this.down();
    useTemplate(this.instance.name, await this.rootOf(this.template));
    await networkUp(this.instance.name);
    mkdirSync(this.instance.state, { recursive: true });
    const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.keyFile]);
    if (made.status !== 0) throw new Error(`ssh-keygen: ${made.stderr.toString()}`);
  }

  /**
   * Root file system of a template, for the settings of a machine that is made of another one than the rig's.
   * @throws ReleaseMissing
   */
  async rootOf(content: TemplateContent): Promise<string> {
    const { certificate: caCertificate } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
    const say = (line: string): boolean => process.stdout.write(`      ${line}\n`);
    return prepareTemplate({ instance: this.instance.name, content, caCertificate, say });
  }

  async down(): Promise<void> {
    await destroyAll(this.instance.name);
    rmSync(this.instance.state, { recursive: true, force: true });
  }

  publicKey(): string {
    return readFileSync(`${this.keyFile}.pub`, "utf8").trim();
  }

  address(vmid: number): string {
    return `198.51.100.${vmid - 100}`;
  }

  settings(vmid: number, changes: Partial<StartSettings> = {}): StartSettings {
    const config = {
      name: `machine-${vmid}`,
      ciuser: "runner",
      ciupgrade: "0",
      sshkeys: encodeSshKeys([this.publicKey()]),
    };
    return {
      diskBytes: 512 * 2 ** 20,
      nic: {
        mac: `bc:24:11:00:00:${(vmid % 100).toString().padStart(2, "0")}`,
        address: `${this.address(vmid)}/24`,
        gateway: "198.51.100.1",
        linkUp: true,
      },
      seed: { userData: userData(vmid, config), metaData: `instance-id: ${vmid}\n`, vendorData: "" },
      resolvConf: "nameserver 198.51.100.1\n",
      ...changes,
    };
  }

  /** One login over the network, from the node's namespace. @throws Error with what ssh said */
  async ssh(vmid: number, command: string): Promise<string> {
    const options = [
      "BatchMode=yes",
      "ConnectTimeout=2",
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
    ];
    const login = [
      "ssh",
      ...options.flatMap((option) => ["-o", option]),
      "-i",
      this.keyFile,
      `runner@${this.address(vmid)}`,
      command,
    ];
    const { stdout } = await run("nsenter", [`--net=${this.instance.netns}`, ...login], { timeout: 10_000 });
    return stdout.trim();
  }

  sshComesUp(vmid: number): Promise<string> {
    return until(`machine ${vmid} answers SSH`, 60_000, () => this.ssh(vmid, "hostname"));
  }

  /**
   * A command as root on a machine, as the guest agent would run it, without the network; to its end, whatever its exit
   * code.
   */
  run(vmid: number, command: readonly string[], input: string | Buffer = ""): Finished {
    const { status, stdout, stderr } = spawnSync(scriptPath("control"), ["exec", String(vmid), ...command], {
      env: scriptEnvironment(this.instance),
      encoding: "utf8",
      input,
      timeout: COMMAND_LIMIT_MS,
      maxBuffer: OUTPUT_LIMIT,
    });
    return { code: status ?? 1, stdout, stderr, all: `${stdout}${stderr}` };
  }

  /** {@link run} that must succeed. @returns standard output, trimmed @throws Error with what it said */
  exec(vmid: number, ...command: string[]): string {
    const { code, stdout, all } = this.run(vmid, command);
    if (code !== 0) throw new Error(`Exit code ${code}, expected 0, of ${command.join(" ")}:\n${all}`);
    return stdout.trim();
  }

  /** Lines of bash, as {@link exec}. */
  sh(vmid: number, script: string): string {
    return this.exec(vmid, "bash", "-c", script);
  }

  /** One of the program's scripts, with its parameters in it, as the program runs it. @param verb its argument */
  script(vmid: number, text: string, verb: string): Finished {
    return this.run(vmid, ["bash", "-s", "--", verb], text);
  }

  /**
   * Numbers of this instance's processes whose command line has these words. Other labs have machines of the same
   * number, so the words alone do not tell whose a process is.
   */
  processes(words: string): number[] {
    const ours = `GHR_PREFIX=${this.instance.prefix}`;
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => pid !== process.pid && wordsOf(pid, "cmdline").join(" ").includes(words))
      .filter((pid) => wordsOf(pid, "environ").includes(ours));
  }

  /** Everything of the instance that this host still knows, by where it was seen. */
  leftovers(): string[] {
    const { prefix, state } = this.instance;
    const has = (list: string): string[] =>
      list.split("\n").filter((line) => line.includes(`${prefix}-vm`) || line.includes(`${state}/machines`));
    const hierarchies = [
      "/sys/fs/cgroup",
      ...readdirSync("/sys/fs/cgroup").map((name) => path.join("/sys/fs/cgroup", name)),
    ];
    return [
      ...this.processes(`${prefix}-vm`).map((pid) => `process ${pid}: ${wordsOf(pid, "cmdline").join(" ")}`),
      ...has(readFileSync("/proc/self/mountinfo", "utf8")).map((line) => `mount ${line}`),
      ...has(
        spawnSync("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"], { encoding: "utf8" }).stdout,
      ),
      ...namesIn("/run/netns")
        .filter((name) => name === prefix || name.startsWith(`${prefix}-`))
        .map((name) => `namespace ${name}`),
      ...hierarchies
        .map((folder) => path.join(folder, prefix))
        .filter((folder) => existsSync(folder))
        .map((folder) => `cgroup ${folder}`),
      ...namesIn("/run/systemd/nspawn/propagate").filter((name) => name.startsWith(`${prefix}-`)),
      ...(existsSync(path.join(state, "machines")) ? [`folder ${state}/machines`] : []),
    ];
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function wordsOf(pid: number, file: "cmdline" | "environ"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}
