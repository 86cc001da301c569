/** The hosts of one run, and what runs on them by itself: the target's SSH server and guard, the boot of a machine. */
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import { artefactOf, planOf, type VersionQuality } from "./application";
import type { Disk } from "./disk";
import { SimulatedGitHub } from "./github";
import { SimulatedHost, type Unit } from "./host";
import { readRules, startAgent } from "./launcher";
import type { Linker } from "./linker";
import { Network, wordsOf } from "./network";
import { SimulatedProcess, processNow } from "./processes";
import { behavioursOf, startUnit, type NextBehaviours } from "./programs";
import { STATE } from "./oracle";
import type { EventLoop } from "./event-loop";

/** How the target was before the first deployment of a run. */
export interface InitialTarget {
  readonly disk: Disk;
  readonly units: ReadonlyMap<string, Unit>;
}

/** Planted: nothing that looks like it may be seen anywhere but where it was put. */
export const SECRETS = {
  printed: "ghp_Planted0123456789abcdefghijklmnopqrst",
  privateKey: "PLANTED-PRIVATE-KEY-4711",
  githubToken: "ghs_Planted0123456789abcdefghijklmnopqrst",
} as const;

const GUARD_MS = 2_000;
/** The guard's unit comes after the system is up. */
const BOOT_MS = 4_000;
const rules = readRules();

const at = (disk: Disk, file: string): boolean => disk.find(file, false) !== undefined;

export class SimulatedSite {
  readonly target: SimulatedHost;
  readonly primary: SimulatedHost;
  readonly secondary: SimulatedHost;
  readonly monitoring: SimulatedHost;
  readonly operator: SimulatedHost;
  readonly hosts: ReadonlyMap<string, SimulatedHost>;
  readonly github: SimulatedGitHub;
  readonly network: Network;
  readonly behaviours: NextBehaviours = { next: new Map() };
  /** What commands of the agent said that failed. */
  readonly failures: string[] = [];
  readonly traits = new Map<string, VersionQuality>();
  readonly leaseSeconds: number;

  constructor(
    readonly loop: EventLoop,
    readonly linker: Linker,
    beginning?: InitialTarget,
  ) {
    const host = (name: string, disk?: Disk): SimulatedHost => new SimulatedHost(loop, name, disk);
    this.target = host(
      "target",
      beginning?.disk.copy(() => this.target.wall()),
    );
    for (const [name, unit] of beginning?.units ?? []) this.target.units.set(name, { ...unit });
    [this.primary, this.secondary] = [host("runner-1"), host("runner-2")];
    [this.monitoring, this.operator] = [host("monitoring"), host("operator")];
    const all = [this.target, this.primary, this.secondary, this.monitoring, this.operator];
    const outside = host("github");
    this.hosts = new Map([...all, outside].map((each) => [each.name, each]));
    this.github = new SimulatedGitHub(outside, loop.random("github"));
    this.network = new Network(loop, this.hosts, this.github, (to, command) => this.remote(to, command));
    behavioursOf.set(this.target, this.behaviours);
    this.leaseSeconds = loop.random("plan").pick([6, 10, 20]);
    this.target.disk.isLoose = loop.random("plan").is(0.5);
    this.guard();
  }

  /** The plan, the artefacts and their sums, as a checkout has them. */
  checkout(host: SimulatedHost, plan: PlanInput = planOf(this.leaseSeconds)): void {
    const put = (file: string, content: string | Buffer): void => {
      const node = host.disk.find(file, false) ?? host.disk.create(file, "file", 0o644);
      host.disk.write(node, Buffer.from(content), file);
    };
    if (!at(host.disk, "/job")) host.disk.create("/job", "folder", 0o755);
    put("/job/plan.yaml", JSON.stringify(plan));
    const sums: string[] = [];
    for (const [version, trait] of this.traits) {
      const { bytes, sha256 } = artefactOf(version, trait);
      put(`/job/demo-${version}.tar.gz`, bytes);
      sums.push(`${sha256}  demo-${version}.tar.gz`);
    }
    put("/job/SHA256SUMS", `${sums.join("\n")}\n`);
  }

  agent(words: readonly string[]): SimulatedProcess {
    const process = startAgent(this.target, words, this.linker, rules);
    process.whenEnded((code) => {
      if (code !== 0 && code !== 3 && code !== 137)
        this.failures.push(`${process.name}: ${process.stdout}${process.stderr}`);
    });
    return process;
  }

  /** A command that came by SSH, as the target's shell and sudo take it. */
  private remote(host: SimulatedHost, command: string): SimulatedProcess {
    const words = wordsOf(command);
    if (!words.includes("install")) return this.agent(words.slice(3));
    return SimulatedProcess.start(host, {
      name: "install",
      main: () => {
        processNow().stdout = "unchanged\n";
        processNow().exit(0);
      },
    });
  }

  get isOpen(): boolean {
    return at(this.target.disk, `${STATE}/open`);
  }

  /** The path unit and the guard's loop: every 2 s while a deployment is open, on a target that is up. */
  private guard(): void {
    this.loop.later(GUARD_MS, () => {
      const { target } = this;
      const isReady = target.isUp && target.uptime() > BOOT_MS + 5_000;
      const runs = [...target.processes].some(({ name }) => name.includes(" agent watch "));
      if (isReady && this.isOpen && !runs && target.holderOf("deploy") === undefined) this.agent(["watch"]);
      this.guard();
    });
  }

  boot(host: SimulatedHost): void {
    host.powerOn((name, unit) => startUnit(host, name, unit));
  }
}
