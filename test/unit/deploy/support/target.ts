/**
 * A deployment target in a folder of its own: real files, real processes, a real journal; no machine and no systemd.
 */
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type { Clock } from "@ghrunners/deploy/target/clock";
import * as commands from "@ghrunners/deploy/target/commands";
import type { Agent } from "@ghrunners/deploy/target/drive";
import { MarkedExecutor, type Executor } from "@ghrunners/deploy/target/executor";
import { foldersBelow, type Folders } from "@ghrunners/deploy/target/folders";
import type { Records } from "@ghrunners/deploy/target/history";
import { Store } from "@ghrunners/deploy/target/store";
import { compile } from "@ghrunners/deploy/plan/compile";
import { planSchema, type Plan, type PlanInput } from "@ghrunners/deploy/plan/schema";
import type { Request } from "@ghrunners/deploy/protocol/request";
import { categories } from "@ghrunners/deploy/protocol/request";
import { parseDeploymentId, parseVersion } from "@ghrunners/deploy/protocol/values";

/** A clock that only a test moves. */
export class TestClock implements Clock {
  boot = "boot-1";
  ms = 1_000_000;
  wallMs = Date.parse("2026-01-01T00:00:00Z");
  moment(): { boot: string; ms: number } {
    return { boot: this.boot, ms: this.ms };
  }
  wall(): string {
    // Each look is a moment later, so that durations are not all zero.
    this.wallMs += 100;
    return new Date(this.wallMs).toISOString();
  }
  pass(seconds: number): void {
    this.ms += seconds * 1000;
    this.wallMs += seconds * 1000;
  }
}

export interface VersionTraits {
  /** The backend says another version than it is: a health check fails. */
  readonly unhealthy?: boolean;
  /** Healthy, but a smoke test fails. */
  readonly halfBroken?: boolean;
  /** Holds a program that any user may change and that runs as its owner. */
  readonly setuid?: boolean;
  /** Its pictures are pointers of Git LFS. */
  readonly pointers?: boolean;
}

/** What Git LFS has in a commit instead of a file. */
export const lfsPointer = (bytes: number): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize ${bytes}\n`;

/** The steps that the tests' plan has: every kind that needs no systemd. */
const steps: PlanInput["steps"] = [
  { kind: "unpack", name: "unpack" },
  { kind: "command", name: "stop", run: ["rm", "-f", "{root}/srv/up"], undo: ["touch", "{root}/srv/up"] },
  { kind: "expand", name: "schema", run: ["{release}/migrate", "{root}/srv/schema"], oldestVersion: "1" },
  { kind: "file", name: "proxy", from: "site.conf", to: "/etc/site.conf" },
  { kind: "activate", name: "activate" },
  { kind: "command", name: "start", run: ["touch", "{root}/srv/up"], undo: ["rm", "-f", "{root}/srv/up"] },
];

const reads = (file: string, text: string): PlanInput["health"][number]["probe"] => ({
  kind: "command",
  run: ["cat", `{root}${file}`],
  prints: text,
});

function planInput(): PlanInput {
  const fast = { attempts: 1, pauseSeconds: 0 };
  return {
    application: "demo",
    environment: "test",
    targets: ["target"],
    artefact: { file: "demo-{version}.tar.gz", sums: "SHA256SUMS" },
    releases: "/opt/demo/releases",
    current: "/opt/demo/current",
    steps,
    health: categories.map((category) => ({
      name: category,
      category,
      ...fast,
      critical: category !== "external",
      probe:
        category === "backend"
          ? reads("/opt/demo/current/backend", "{version}")
          : category === "proxy"
            ? reads("/etc/site.conf", "site of {version}")
            : { kind: "disk" as const, path: "/", maxUsedPercent: 100 },
    })),
    smoke: [{ name: "feature", ...fast, probe: reads("/opt/demo/current/feature", "works") }],
    limits: { freeMiB: 1, leaseSeconds: 30, keepReleases: 2 },
  };
}

/** In memory where it can be: a hundred deployments flush their journal thousands of times. */
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Artefacts by their names, which say what is in them: a target for each test need not pack the same files again. */
const built = new Map<string, Buffer>();

export class LocalTarget {
  readonly root = mkdtempSync(path.join(place, "ghr-target-"));
  readonly folders: Folders = foldersBelow(this.root);
  readonly clock = new TestClock();
  private readonly artefacts = mkdtempSync(path.join(place, "ghr-artefacts-"));
  private count = 0;

  /**
   * @param executor how its agents run commands. Default: as processes, which a test of the order of steps need not
   * have.
   */
  constructor(private readonly executor = (root: string): Executor => new MarkedExecutor(root)) {
    mkdirSync(path.join(this.root, "srv"));
    mkdirSync(path.join(this.root, "opt/demo"), { recursive: true });
    writeFileSync(path.join(this.root, "srv/schema"), "");
  }

  remove(): void {
    for (const folder of [this.root, this.artefacts]) rmSync(folder, { recursive: true, force: true });
  }

  /** Keeps what the target is now, so that a test can begin with it more than once. @returns brings it back */
  keep(): () => void {
    const kept = path.join(this.artefacts, "kept");
    const { boot, ms, wallMs } = this.clock;
    const copy = (from: string, to: string): void => {
      rmSync(to, { recursive: true, force: true });
      cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    };
    copy(this.root, kept);
    return () => {
      copy(kept, this.root);
      Object.assign(this.clock, { boot, ms, wallMs });
    };
  }

  plan(change: Partial<PlanInput> = {}): Plan {
    return planSchema.parse({ ...planInput(), ...change });
  }

  /** Builds a version's artefact and says what a deployment of it asks for. */
  request(version: string, traits: VersionTraits = {}, plan = this.plan()): Request {
    const file = this.artefact(version, traits);
    const bytes = readFileSync(file);
    this.count += 1;
    return compile(plan, "target", {
      id: parseDeploymentId(`20260101T0000${String(this.count).padStart(2, "0")}Z-test`),
      version: parseVersion(version),
      owner: "tester",
      artefact: { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
    });
  }

  private artefact(version: string, traits: VersionTraits): string {
    const { unhealthy, halfBroken, setuid, pointers } = traits;
    const marks = Object.entries(traits).flatMap(([name, holds]) => (holds ? [`-${name}`] : []));
    const file = path.join(this.artefacts, `demo-${version}${marks.join("")}.tar.gz`);
    if (existsSync(file)) return file;
    const known = built.get(path.basename(file));
    if (known !== undefined) {
      writeFileSync(file, known);
      return file;
    }
    const folder = mkdtempSync(path.join(this.artefacts, "tree-"));
    const put = (name: string, text: string, mode = 0o644): void =>
      writeFileSync(path.join(folder, name), text, { mode });
    put("backend", unhealthy ? "0" : version);
    put("feature", halfBroken ? "broken" : "works");
    put("site.conf", `site of ${version}`);
    // Adds its column once: an expanding migration may be there already.
    put("migrate", `#!/bin/sh\ngrep -qx ${version} "$1" || echo ${version} >>"$1"\n`, 0o755);
    if (setuid) {
      put("tool", "#!/bin/sh\n");
      chmodSync(path.join(folder, "tool"), 0o6777);
    }
    if (pointers) {
      mkdirSync(path.join(folder, "static"));
      for (const name of ["a.png", "b.png"]) put(`static/${name}`, lfsPointer(52_428_800));
    }
    execFileSync("tar", ["--mtime=@0", "-czf", file, "-C", folder, "."]);
    built.set(path.basename(file), readFileSync(file));
    return file;
  }

  artefactOf(request: Request): Readable {
    const found = readdirSync(this.artefacts)
      .filter((name) => name.endsWith(".tar.gz"))
      .map((name) => readFileSync(path.join(this.artefacts, name)))
      .find((bytes) => createHash("sha256").update(bytes).digest("hex") === request.artefact.sha256);
    return Readable.from([found ?? Buffer.alloc(0)]);
  }

  agent(store: Store = new Store(this.folders), executor: Executor = this.executor(this.root)): Agent {
    return { store, executor, clock: this.clock };
  }

  /** A whole deployment, as a deployer drives it. */
  async deploy(request: Request, agent = this.agent()): Promise<Records> {
    const { token } = await commands.begin(agent, request);
    await commands.put(agent, token, this.artefactOf(request));
    return commands.run(agent, token);
  }

  /** What the application consists of, the schema left out: migrations that only add stay. */
  application(): Record<string, string> {
    const found: Record<string, string> = {};
    const look = (relative: string): void => {
      for (const entry of readdirSync(path.join(this.root, relative), { withFileTypes: true })) {
        const name = path.join(relative, entry.name);
        const file = path.join(this.root, name);
        if (entry.isDirectory()) look(name);
        else if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(file)}`;
        else found[name] = entry.isFile() ? readFileSync(file, "utf8") : "a special file";
      }
    };
    for (const folder of ["opt/demo", "etc", "srv"]) if (existsSync(path.join(this.root, folder))) look(folder);
    delete found["srv/schema"];
    return found;
  }

  /** Version that everything belongs to, or what does not fit together. */
  whole(): string {
    const seen = this.application();
    const link = seen["opt/demo/current"]?.replace("-> releases/", "");
    if (link === undefined)
      return Object.keys(seen).length === 0 ? "nothing" : `no version, but ${Object.keys(seen).join(", ")}`;
    const site = seen["etc/site.conf"]?.replace("site of ", "");
    const up = "srv/up" in seen;
    return site === link && up ? link : `link ${link}, site ${site}, ${up ? "up" : "down"}`;
  }

  /** Whatever a transaction may leave behind and must not. */
  leftovers(): string[] {
    const { state, journal } = this.folders;
    const found: string[] = existsSync(state)
      ? readdirSync(state)
          .map((name) => path.join(state, name))
          .filter((file) => file !== journal)
      : [];
    const temporary = Object.keys(this.application()).filter(
      (name) => name.includes(".new") || /\.(unpacking|before|ghrunners-new)-/.test(name),
    );
    return [...found, ...temporary];
  }
}
