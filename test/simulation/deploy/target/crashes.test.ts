import assert from "node:assert/strict";
import fs, { existsSync } from "node:fs";
import path from "node:path";
import { mock } from "node:test";
import * as commands from "@ghrunners/deploy/target/commands";
import { grant, type Lease } from "@ghrunners/deploy/protocol/lease";
import type { Journal } from "@ghrunners/deploy/target/journal";
import { Store } from "@ghrunners/deploy/target/store";
import { InProcessExecutor } from "../../../unit/deploy/support/in-process";
import { LocalTarget, type VersionTraits } from "../../../unit/deploy/support/target";

class Killed extends Error {}

/** A store whose process is gone at one of its durable writes: just before it, or just after. */
class KillableStore extends Store {
  writes = 0;
  constructor(
    target: LocalTarget,
    private readonly last: number,
    private readonly when: "before" | "after",
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    this.writes += 1;
    if (this.writes === this.last && this.when === "before") throw new Killed();
    super.writeJournal(journal);
    if (this.writes === this.last) throw new Killed();
  }
}

class FullStore extends Store {
  writes = 0;
  constructor(
    target: LocalTarget,
    private readonly last: number,
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    this.writes += 1;
    // Full from then on, until the reserve is given back.
    if (this.writes >= this.last && !this.reserveGiven)
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    super.writeJournal(journal);
  }
  private reserveGiven = false;
  override releaseReserve(): void {
    this.reserveGiven = true;
    super.releaseReserve();
  }
}

/** What happens to the target after its agent was killed. */
const aftermaths = {
  "the lease expires": (target: LocalTarget) => target.clock.pass(31),
  "it boots again": (target: LocalTarget) => {
    target.clock.boot += "+";
    target.clock.ms = 5_000;
  },
} as const;

async function withTarget(work: (target: LocalTarget) => Promise<void>): Promise<void> {
  const target = new LocalTarget();
  try {
    await target.deploy(target.request("1"), target.agent(undefined, new InProcessExecutor()));
    await work(target);
  } finally {
    target.remove();
  }
}

describe("a target whose agent is killed at any durable write", function () {
  this.timeout(120_000);

  const cases: [keyof typeof aftermaths, VersionTraits][] = [
    ["the lease expires", {}],
    ["the lease expires", { unhealthy: true }],
    ["it boots again", {}],
  ];
  for (const [aftermath, traits] of cases) {
    it(`is at the old or the new version when ${aftermath} (${traits.unhealthy ? "unhealthy" : "good"} version)`, async () => {
      const seen = new Set<string>();
      await withTarget(async (target) => {
        for (let last = 2, killed = true; killed; last += 1) {
          for (const when of ["before", "after"] as const) {
            const before = target.whole();
            const wanted = String(Number(before) + 1);
            const store = new KillableStore(target, last, when);
            const executor = new InProcessExecutor();
            killed = await target.deploy(target.request(wanted, traits), target.agent(store, executor)).then(
              () => false,
              (error: unknown) => {
                if (error instanceof Killed) return true;
                throw error;
              },
            );
            aftermaths[aftermath](target);
            await commands.watch(target.agent(undefined, executor));
            const at = `killed ${when} write ${last}`;
            const outcome = target.agent().store.readJournal()?.transaction.outcome ?? "none";
            seen.add(outcome);
            assert.equal(target.whole(), outcome === "succeeded" ? wanted : before, `${at}: ${outcome}`);
            assert.deepEqual(target.leftovers(), [], at);
          }
        }
      });
      const expected = traits.unhealthy ? ["cancelled", "rolled_back"] : ["cancelled", "rolled_back", "succeeded"];
      assert.deepEqual([...seen].sort(), expected);
    });
  }

  it("leaves nothing where no guard looks yet: the first file that it makes is the one by which the guard begins", async () => {
    await withTarget(async (target) => {
      const made: string[] = [];
      const open = fs.openSync.bind(fs);
      const opened = mock.method(fs, "openSync", (file: string, ...rest: [string, number]) => {
        if (rest[0] === "wx") made.push(file);
        return open(file, ...rest);
      });
      try {
        await commands.begin(target.agent(), target.request("2"));
      } finally {
        opened.mock.restore();
      }
      assert.equal(made[0], target.folders.open);
      assert.ok(made.length > 1, made.join());
    });
  });

  it("rolls back from every step at which its disk becomes full", async () => {
    await withTarget(async (target) => {
      for (let last = 3; last < 20; last += 1) {
        const store = new FullStore(target, last);
        const agent = target.agent(store, new InProcessExecutor());
        const { deployment, incident } = await target.deploy(target.request("2"), agent);
        assert.match(deployment.failure?.detail ?? "", /disk is full/);
        assert.deepEqual([target.whole(), target.leftovers()], ["1", []], `full from write ${last}`);
        // What is left of a full disk is for the journal and the records.
        assert.equal(existsSync(path.join(target.folders.forensics, deployment.id)), false);
        if (incident !== undefined) assert.equal(incident.forensics, null, "the incident names what was not kept");
      }
    });
  });
});

/**
 * A disk with just room for the journal: what the records' folder takes does not fit before the reserve is given back.
 */
class StoreOnSmallDisk extends Store {
  full = false;
  constructor(private readonly target: LocalTarget) {
    super(target.folders);
    const open = fs.openSync.bind(fs);
    mock.method(fs, "openSync", (file: string, ...rest: [string, number]) => {
      const isRecord = path.dirname(file) === target.folders.records && rest[0] === "wx";
      if (!isRecord || !existsSync(this.target.folders.reserve)) return open(file, ...rest);
      this.full = true;
      return open("/dev/full", "w");
    });
  }
}

describe("a target whose disk is full when the record of a deployment is written", () => {
  afterEach(() => mock.restoreAll());

  it("still completes: what was committed stays, and nothing is left open", async () => {
    await withTarget(async (target) => {
      const store = new StoreOnSmallDisk(target);
      const { deployment } = await target.deploy(target.request("2"), target.agent(store, new InProcessExecutor()));
      assert.ok(store.full, "a record met the full disk");
      assert.equal(deployment.outcome, "succeeded");
      assert.deepEqual([target.whole(), target.leftovers()], ["2", []]);
    });
  });
});

describe("the lock of a target", () => {
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget()));
  afterEach(() => target.remove());

  it("is held by one deployer; the other learns who holds it", async () => {
    const agent = target.agent();
    await commands.begin(agent, target.request("1"));
    await assert.rejects(commands.begin(agent, target.request("2")), /of version 1 by tester has held the lock/);
  });

  it("is released when the lease expires; the late deployer is refused everything", async () => {
    const agent = target.agent(undefined, new InProcessExecutor());
    const first = await commands.begin(agent, target.request("1"));
    target.clock.pass(31);
    const request = target.request("2");
    const second = await commands.begin(agent, request);
    assert.equal(second.token, first.token + 1);
    for (const late of [
      () => commands.run(agent, first.token),
      () => commands.put(agent, first.token, target.artefactOf(request)),
    ])
      await assert.rejects(late, /token 1 has ended/);
    assert.throws(() => commands.renew(agent, first.token), /token 1 has ended/);
  });

  it("is kept by renewing, up to the limit of the whole deployment", async () => {
    const agent = target.agent();
    const { token } = await commands.begin(agent, target.request("1"));
    for (let second = 0; second < 580; second += 20) {
      target.clock.pass(20);
      commands.renew(agent, token);
    }
    target.clock.pass(20);
    assert.throws(() => commands.renew(agent, token), /has expired/);
  });

  it("leaves no lease behind when the deployment ends while it is being renewed", async () => {
    const agent = target.agent(undefined, new InProcessExecutor());
    const request = target.request("1");
    const { token } = await commands.begin(agent, request);
    await commands.put(agent, token, target.artefactOf(request));
    const lease = target.folders.lease;
    const ended = commands.run(agent, token);
    const late = new (class extends Store {
      override writeLease(written: Lease): void {
        // The deployment's end has removed its lease, and the renewal, which has seen it open, writes it again.
        fs.writeFileSync(this.folders.journal, over);
        super.writeLease(written);
      }
    })(target.folders);
    const open = fs.readFileSync(target.folders.journal);
    await ended;
    const over = fs.readFileSync(target.folders.journal);
    assert.equal(existsSync(lease), false);
    fs.writeFileSync(target.folders.journal, open);
    agent.store.writeLease(grant(token, target.clock.moment(), 30_000, 600_000));
    assert.throws(() => commands.renew(target.agent(late), token), /token 1 has ended/);
    assert.equal(existsSync(lease), false);
  });

  it("does not depend on the wall clock", async () => {
    const agent = target.agent();
    const { token } = await commands.begin(agent, target.request("1"));
    target.clock.wallMs += 10 * 365 * 86_400_000;
    commands.renew(agent, token);
    target.clock.wallMs = 0;
    commands.renew(agent, token);
    target.clock.pass(31);
    assert.throws(() => commands.renew(agent, token), /has expired/);
  });
});
