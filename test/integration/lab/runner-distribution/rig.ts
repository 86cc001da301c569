import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ServerClock, systemClock } from "@ghrunners/lab/github/clock";
import type { Seed } from "@ghrunners/lab/github/seed";
import { parseSeed } from "@ghrunners/lab/github/seed";
import { startService, type RunningService } from "@ghrunners/lab/github/service";
import { openServices, type Services } from "@ghrunners/lab/github/services";
import { Engine } from "@ghrunners/lab/github/workflows/engine";
import { type JobRecord, type RunRecord } from "@ghrunners/lab/github/workflows/records";
import { labLimits, type EngineLimits } from "@ghrunners/lab/github/workflows/engine-context";
import { baseFolders } from "@ghrunners/lab/instance";
import { buildDistributions } from "@ghrunners/lab/runner-distribution/index";
import { ensureAuthority, ensureServerCertificate } from "@ghrunners/lab/tls";
import { until } from "@ghrunners/core/until";

/** uid and gid of `nobody`: runners refuse root. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

export interface RigOptions {
  /** Workflow files by name. */
  readonly workflows?: Readonly<Record<string, string>>;
  readonly limits?: Partial<EngineLimits>;
  readonly silenceMilliseconds?: number;
  /** GitHub's clock. */
  readonly clock?: ServerClock;
}

/** The real GitHub emulator on loopback TLS, and real stand-in runners as an unprivileged user. */
export class ListenerRig {
  private readonly runners: InstalledRunner[] = [];

  private constructor(
    readonly folder: string,
    readonly authority: string,
    readonly services: Services,
    readonly engine: Engine,
    private readonly service: RunningService,
    readonly distributions: string,
    readonly seed: Seed,
  ) {}

  static async start({
    workflows = {},
    limits = {},
    silenceMilliseconds = 2_000,
    clock = systemClock,
  }: RigOptions = {}): Promise<ListenerRig> {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-rig-"));
    chmodSync(folder, 0o755);
    const now = new Date();
    const authority = await ensureAuthority(path.join(folder, "tls"), now);
    const pair = {
      certificate: path.join(folder, "tls", "server.pem"),
      key: path.join(folder, "tls", "server-key.pem"),
    };
    await ensureServerCertificate(authority, pair, { ips: ["127.0.0.1"], names: ["localhost"] }, now);
    const trusted = path.join(folder, "ca.pem");
    writeFileSync(trusted, readFileSync(authority.certificate));
    const workflowsDir = path.join(folder, ".github/workflows");
    mkdirSync(workflowsDir, { recursive: true });
    for (const [name, text] of Object.entries(workflows)) writeFileSync(path.join(workflowsDir, name), text);
    const { dir } = await buildDistributions(baseFolders().cache);
    const port = await freePort();
    const seed = parseSeed({
      owner: { login: "octo-org", id: 1, type: "User" },
      users: [
        { login: "operator", id: 2 },
        { login: "reviewer", id: 3 },
      ],
      repository: { id: 7, name: "demo-app", private: true, defaultBranch: "main" },
      publicUrl: `https://127.0.0.1:${port}`,
      workflowsDir,
      distributionsDir: dir,
      tokens: [],
      runnerSilenceMilliseconds: silenceMilliseconds,
    });
    const services = await openServices(path.join(folder, "github"), seed, clock);
    const engine = new Engine(services, { ...labLimits, ...limits });
    const service = await startService(
      services,
      engine,
      {
        host: "127.0.0.1",
        port,
        certificate: readFileSync(pair.certificate, "utf8"),
        key: readFileSync(pair.key, "utf8"),
        socket: path.join(folder, "admin.sock"),
      },
      (error) => console.error(error),
    );
    return new ListenerRig(folder, trusted, services, engine, service, dir, seed);
  }

  get url(): string {
    return `${this.seed.publicUrl}/octo-org/demo-app`;
  }

  /** An unpacked distribution in a folder of its own, not configured. */
  unpack(version = "2.336.0"): InstalledRunner {
    const dir = path.join(this.folder, `runner-${this.runners.length + 1}`);
    mkdirSync(dir);
    execFileSync("tar", [
      "-xzf",
      path.join(this.distributions, `actions-runner-linux-x64-${version}.tar.gz`),
      "-C",
      dir,
      "--no-same-owner",
    ]);
    if (isRoot) execFileSync("chown", ["-R", `${nobody}:${nobody}`, dir]);
    const runner = new InstalledRunner(this, dir);
    this.runners.push(runner);
    return runner;
  }

  /** A configured runner that is online. */
  async online(name: string, labels: string, env: Readonly<Record<string, string>> = {}): Promise<InstalledRunner> {
    const runner = this.unpack();
    const configured = await runner.configure(["--name", name, "--labels", labels, "--no-default-labels"]);
    if (configured.code !== 0) throw new Error(configured.output);
    if (Object.keys(env).length > 0) {
      writeFileSync(
        path.join(runner.dir, ".env"),
        Object.entries(env)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(""),
      );
    }
    runner.start();
    await until(`${name} is online`, 10_000, () => this.status(name) === "online");
    return runner;
  }

  status(name: string): "online" | "offline" | "unknown" {
    const runner = this.services.store.state.runners.find((known) => known.name === name);
    return runner === undefined ? "unknown" : this.services.presence.statusOf(runner);
  }

  token(kind: "registration" | "remove"): string {
    return this.services.runnerTokens.issue(kind).token;
  }

  dispatch(file: string, inputs: Record<string, unknown> = {}, login = "operator"): number {
    return this.engine.dispatch({ path: `.github/workflows/${file}`, ref: "main", inputs, login }).id;
  }

  run(id: number): RunRecord {
    return this.services.store.state.actions.runs.find((run) => run.id === id) as RunRecord;
  }

  jobs(runId: number): JobRecord[] {
    return this.services.store.state.actions.jobs.filter((job) => job.runId === runId);
  }

  job(runId: number, name: string): JobRecord {
    const found = this.jobs(runId).find((job) => job.name === name);
    if (found === undefined)
      throw new Error(
        `Run ${runId} has no job ${name}, only ${this.jobs(runId)
          .map((job) => job.name)
          .join(", ")}.`,
      );
    return found;
  }

  log(job: JobRecord): string {
    return this.services.logs.read(job.id) ?? "";
  }

  async completed(runId: number, limitMs = 20_000): Promise<RunRecord> {
    await until(`run ${runId} is completed`, limitMs, () => this.run(runId).status === "completed");
    return this.run(runId);
  }

  async close(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.kill()));
    await this.service.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface EndedProcess {
  readonly code: number | null;
  readonly output: string;
}

/** One runner folder; every program in it runs as an unprivileged user. */
export class InstalledRunner {
  private child: ChildProcess | undefined;
  output = "";

  constructor(
    private readonly rig: ListenerRig,
    readonly dir: string,
  ) {}

  /** Runs a program of the folder to its end. Not synchronous: the emulator answers it from this process. */
  exec(command: readonly string[], env: Readonly<Record<string, string>> = {}, asRoot = false): Promise<EndedProcess> {
    const [program = "", ...args] = command;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { ...this.options(env, asRoot), stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, output }));
    });
  }

  configure(args: readonly string[], token = this.rig.token("registration")): Promise<EndedProcess> {
    const command = ["./config.sh", "--unattended", "--url", this.rig.url, ...args];
    return this.exec(command, { ACTIONS_RUNNER_INPUT_TOKEN: token });
  }

  remove(args: readonly string[], token = this.rig.token("remove")): Promise<EndedProcess> {
    return this.exec(["./config.sh", "remove", ...args], { ACTIONS_RUNNER_INPUT_TOKEN: token });
  }

  /** Starts the listener in the background. */
  start(
    program: readonly string[] = ["./bin/Runner.Listener", "run"],
    env: Readonly<Record<string, string>> = {},
  ): void {
    const [file = "", ...args] = program;
    const child = spawn(file, args, { ...this.options(env), stdio: ["ignore", "pipe", "pipe"] });
    this.output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = new Promise((resolve) => child.once("close", (code) => resolve(code)));
    this.child = child;
  }

  /** Exit code of the listener that was started; null when a signal ended it. */
  exited: Promise<number | null> = Promise.resolve(null);

  get pid(): number {
    return this.child?.pid as number;
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    this.child?.kill(signal);
    return this.exited;
  }

  /** The listener and everything below it. */
  tree(): number[] {
    const found: number[] = [];
    for (let level = [this.pid]; level.length > 0;) {
      found.push(...level);
      level = level.flatMap((pid) =>
        readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number),
      );
    }
    return found;
  }

  read(name: string): string {
    return readFileSync(path.join(this.dir, name), "utf8");
  }

  private options(env: Readonly<Record<string, string>>, asRoot = false) {
    const identity = isRoot && !asRoot ? { uid: nobody, gid: nobody } : {};
    const base = {
      ...{ PATH: process.env.PATH, HOME: this.dir, NODE_EXTRA_CA_CERTS: this.rig.authority },
      // This machine need not have ICU.
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1",
    };
    return { cwd: this.dir, env: { ...base, ...env }, ...identity };
  }

  async kill(): Promise<void> {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    await this.stop("SIGKILL");
  }
}
