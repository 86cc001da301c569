import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  existsSync,
  readlinkSync,
  statSync,
} from "node:fs";
import path from "node:path";
import * as commands from "@ghrunners/deploy/target/commands";
import type { Journal } from "@ghrunners/deploy/target/journal";
import * as queries from "@ghrunners/deploy/target/queries";
import { Store } from "@ghrunners/deploy/target/store";
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import { categories } from "@ghrunners/deploy/protocol/request";
import { InProcessExecutor } from "../../../unit/deploy/support/in-process";
import { attributesBelow, setAttributes, snapshot } from "../../../unit/deploy/support/snapshot";
import { LocalTarget } from "../../../unit/deploy/support/target";

const FOLDERS = ["etc", "opt", "srv"];
const always = { kind: "disk", path: "/", maxUsedPercent: 100 } as const;
/** Checks that hold for any version: what a test looks at here is the file tree. */
const checks = {
  health: categories.map((category) => ({ name: category, category, attempts: 1, pauseSeconds: 0, probe: always })),
  smoke: [{ name: "nothing", attempts: 1, pauseSeconds: 0, probe: always }],
};
type Steps = PlanInput["steps"];
const unpack: Steps[number] = { kind: "unpack", name: "unpack" };
const activate: Steps[number] = { kind: "activate", name: "activate" };
const fail: Steps[number] = { kind: "command", name: "fail", run: ["fail"], undo: ["true"] };
/** Its source is not in the release. */
const failingFile: Steps[number] = { kind: "file", name: "fail", from: "none.conf", to: "/etc/never/there" };
const put = (name: string, to: string): Steps[number] => ({ kind: "file", name, from: "site.conf", to, mode: "0600" });

/** What stands at a path before a deployment. */
type Before =
  | { readonly kind: "absent" }
  | {
      readonly kind: "file";
      readonly text: string;
      readonly mode: number;
      readonly owner: number;
      readonly group: number;
      readonly twins: number;
    }
  | { readonly kind: "link"; readonly to: string; readonly owner: number };

const isRoot = process.getuid?.() === 0;

function arrange(root: string, file: string, before: Before): void {
  const at = path.join(root, file);
  if (before.kind === "absent") return;
  mkdirSync(path.dirname(at), { recursive: true });
  if (before.kind === "link") {
    symlinkSync(before.to, at);
    lchownSync(at, before.owner, before.owner);
  } else {
    writeFileSync(at, before.text);
    chownSync(at, before.owner, before.group);
    chmodSync(at, before.mode);
    mkdirSync(path.join(root, "srv"), { recursive: true });
    for (let twin = 0; twin < before.twins; twin += 1)
      linkSync(at, path.join(root, "srv", `${path.basename(at)}-${twin}`));
  }
}

const plain = { kind: "file", text: "", mode: 0o600, owner: 0, group: 0, twins: 0 } as const;

class Killed extends Error {}
class KillableStore extends Store {
  private writes = 0;
  constructor(
    target: LocalTarget,
    private readonly last: number,
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    super.writeJournal(journal);
    this.writes += 1;
    if (this.writes === this.last) throw new Killed();
  }
}

describe("what a deployment undoes", function () {
  this.timeout(240_000);
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());

  const agent = (store?: Store) => target.agent(store, new InProcessExecutor());
  const deploy = (version: string, steps: Steps, store?: Store) =>
    target.deploy(target.request(version, {}, target.plan({ ...checks, steps })), agent(store));
  const inRoot = (file: string): string => path.join(target.root, file);

  it("is bit for bit the tree that was there, whatever that was, whichever step failed, killed or not", async () => {
    // The last one is reached by a link.
    const paths = ["/etc/a", "/etc/sub/b", "/srv/deep/er/c", "/etc/way/d"];
    const before: fc.Arbitrary<Before> = fc.oneof(
      fc.constant({ kind: "absent" } as const),
      fc.record({
        kind: fc.constant("file" as const),
        text: fc.string(),
        mode: fc.constantFrom(0o600, 0o644, 0o755, 0o4755, 0o2750, 0o000),
        owner: isRoot ? fc.constantFrom(0, 1234) : fc.constant(process.getuid?.() ?? 0),
        group: isRoot ? fc.constantFrom(0, 1234, 4321) : fc.constant(process.getgid?.() ?? 0),
        twins: fc.constantFrom(0, 0, 1, 2),
      }),
      fc.record({
        kind: fc.constant("link" as const),
        to: fc.constantFrom("/nowhere", "../etc/a", "x"),
        owner: isRoot ? fc.constantFrom(0, 1234) : fc.constant(process.getuid?.() ?? 0),
      }),
    );
    const scenario = fc.record({
      befores: fc.tuple(before, before, before, before),
      files: fc.shuffledSubarray([0, 1, 2, 3]),
      activated: fc.nat(4),
      failAt: fc.nat(5),
      failure: fc.constantFrom(fail, failingFile),
      // After the last write of the journal no process is killed.
      killAt: fc.integer({ min: 2, max: 40 }),
      release: fc.constantFrom("absent", "altered"),
      installed: fc.boolean(),
      // Only the root user may set those that a file system in memory has. Seldom: a process has to set and to read
      // them.
      attributes: isRoot ? fc.nat(5).map((number) => number === 0) : fc.constant(false),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ befores, files, failure, killAt, release, installed, attributes, ...at }) => {
        target.remove();
        target = new LocalTarget();
        if (release === "altered") {
          await deploy("2", [unpack, activate]);
          writeFileSync(inRoot("opt/demo/releases/2/feature"), "somebody was here");
        }
        if (installed) await deploy("1", [unpack, activate]);
        else rmSync(inRoot("opt/demo/current"), { force: true });
        mkdirSync(inRoot("srv/real"));
        mkdirSync(inRoot("etc"), { recursive: true });
        symlinkSync("../srv/real", inRoot("etc/way"));
        paths.forEach((file, index) => arrange(target.root, file, befores[index] ?? { kind: "absent" }));
        const steps: Steps = files.map((index) => put(`file ${index}`, paths[index] ?? ""));
        steps.splice(Math.min(at.activated, steps.length), 0, activate);
        steps.splice(Math.min(at.failAt, steps.length), 0, failure);
        if (attributes) setAttributes(paths.filter((_, index) => befores[index]?.kind !== "absent").map(inRoot));
        const whole = () => [snapshot(target.root, FOLDERS), attributes ? attributesBelow(target.root, FOLDERS) : {}];
        const seen = whole();
        await deploy("2", [unpack, ...steps], new KillableStore(target, killAt)).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        target.clock.pass(31);
        await commands.watch(agent());
        const { outcome, undoFailure } = agent().store.readJournal()?.transaction ?? {};
        assert.ok(outcome === "rolled_back" || outcome === "cancelled", `${outcome}: ${undoFailure}`);
        assert.deepEqual(whole(), seen);
        assert.deepEqual(target.leftovers(), []);
      }),
      { numRuns: 60 },
    );
  });

  it("is right for files whose steps have like names, with owners, modes and links", async () => {
    await deploy("1", [unpack, activate]);
    arrange(target.root, "/etc/demo/a", { ...plain, text: "a", mode: 0o644 });
    arrange(target.root, "/etc/demo/b", { ...plain, text: "b", owner: 1234 });
    arrange(target.root, "/etc/demo/l", { kind: "link", to: "b", owner: 0 });
    const seen = snapshot(target.root, FOLDERS);
    const steps = [
      unpack,
      put("conf a", "/etc/demo/a"),
      put("conf/a", "/etc/demo/b"),
      put("lnk", "/etc/demo/l"),
      activate,
    ];
    const { deployment } = await deploy("2", [...steps, fail]);
    assert.equal(deployment.outcome, "rolled_back");
    assert.deepEqual(snapshot(target.root, FOLDERS), seen);
  });

  it("keeps a file's extended attributes, such as its capabilities", async () => {
    await deploy("1", [unpack, activate]);
    const file = inRoot("etc/tool");
    arrange(target.root, "/etc/tool", { ...plain, text: "tool", mode: 0o755 });
    execFileSync("setcap", ["cap_net_raw+ep", file]);
    const capabilities = (): string => execFileSync("getcap", [file], { encoding: "utf8" });
    const before = capabilities();
    assert.match(before, /cap_net_raw/);
    await deploy("2", [unpack, put("tool", "/etc/tool"), activate, fail]);
    assert.equal(capabilities(), before);
  });

  it("is not begun where something stands that could not come back, and the look before says so", async () => {
    await deploy("1", [unpack, activate]);
    mkdirSync(inRoot("etc/folder"), { recursive: true });
    execFileSync("mkfifo", [inRoot("etc/pipe")]);
    writeFileSync(inRoot("etc/file"), "");
    const steps = [
      unpack,
      put("folder", "/etc/folder"),
      put("pipe", "/etc/pipe"),
      put("below a file", "/etc/file/x"),
      activate,
    ];
    const request = target.request("2", {}, target.plan({ ...checks, steps }));
    const seen = snapshot(target.root, ["opt"]);
    const { problems } = await queries.inspect(agent(), request);
    assert.match(problems.join("\n"), /etc\/folder is a folder; expected a file, a link or nothing/);
    assert.match(problems.join("\n"), /etc\/pipe is a special file/);
    assert.match(problems.join("\n"), /etc\/file is not a folder; expected one for .*etc\/file\/x/);
    const { deployment } = await target.deploy(request, agent());
    assert.deepEqual([deployment.outcome, deployment.failure?.detail], ["refused", problems.join("; ")]);
    assert.deepEqual(snapshot(target.root, ["opt"]), seen);
  });

  for (const [name, make, words] of [
    ["a folder that was made by hand", (file: string) => mkdirSync(file), /current is a folder, and no deployment/],
    [
      "a link to somewhere else",
      (file: string) => symlinkSync("/opt/by-hand", file),
      /is a link to \/opt\/by-hand, and/,
    ],
    [
      "a link to a release that is gone",
      (file: string) => symlinkSync("releases/7", file),
      /version 7, whose folder does not/,
    ],
  ] as const)
    it(`is not begun where "current" is ${name}`, async () => {
      make(inRoot("opt/demo/current"));
      const seen = snapshot(target.root, FOLDERS);
      const request = target.request("2", {}, target.plan({ ...checks, steps: [unpack, activate] }));
      assert.match((await queries.inspect(agent(), request)).problems.join(), words);
      const { deployment } = await target.deploy(request, agent());
      assert.equal(deployment.outcome, "refused");
      assert.deepEqual(snapshot(target.root, FOLDERS), seen);
    });

  it("leaves alone a folder that has the version's name and is not a release", async () => {
    mkdirSync(inRoot("opt/demo/releases/2"), { recursive: true });
    writeFileSync(inRoot("opt/demo/releases/2/precious"), "mine");
    const { deployment } = await deploy("2", [unpack, activate]);
    assert.equal(deployment.outcome, "refused");
    assert.match(deployment.failure?.detail ?? "", /releases\/2 was not made by a deployment/);
    assert.equal(readFileSync(inRoot("opt/demo/releases/2/precious"), "utf8"), "mine");
  });
});

describe("an artefact", function () {
  this.timeout(30_000);

  it("gives no file another user's rights, and no others than root a way to write", async () => {
    const target = new LocalTarget();
    try {
      const plan = target.plan({ ...checks, steps: [unpack, activate] });
      const request = target.request("1", { setuid: true }, plan);
      await target.deploy(request, target.agent(undefined, new InProcessExecutor()));
      const tool = path.join(target.root, "opt/demo/releases/1/tool");
      assert.equal(statSync(tool).mode & 0o7777, 0o755);
      assert.equal(readlinkSync(path.join(target.root, "opt/demo/current")), "releases/1");
      assert.ok(existsSync(tool));
    } finally {
      target.remove();
    }
  });
});
