import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fc from "fast-check";
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as commands from "@ghrunners/deploy/target/commands";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Journal } from "@ghrunners/deploy/target/journal";
import * as queries from "@ghrunners/deploy/target/queries";
import { Store, UnreadableJournalError } from "@ghrunners/deploy/target/store";
import { outboxHere } from "../../../unit/deploy/support/agent-here";
import { damages } from "../../../unit/deploy/support/damages";
import { InProcessExecutor } from "../../../unit/deploy/support/in-process";
import { LocalTarget } from "../../../unit/deploy/support/target";

class Killed extends Error {}
/** The agent's process ends at one of its durable writes; a file was damaged before. */
class StoreWithDamage extends Store {
  writes = 0;
  constructor(
    target: LocalTarget,
    private readonly last: number,
    private readonly damage: () => void,
  ) {
    super(target.folders);
  }
  override writeJournal(journal: Journal): void {
    super.writeJournal(journal);
    this.writes += 1;
    if (this.writes !== this.last) return;
    this.damage();
    throw new Killed();
  }
}

const metric = (target: LocalTarget, name: string): string | undefined =>
  new RegExp(`^${name} (.*)$`, "m").exec(readFileSync(target.folders.metrics, "utf8"))?.[1];

describe("a file of the agent that cannot be read", function () {
  this.timeout(120_000);
  let target: LocalTarget;
  const agent = (store?: Store) => target.agent(store, new InProcessExecutor());
  beforeEach(async () => {
    target = new LocalTarget();
    await target.deploy(target.request("1"), agent());
  });
  afterEach(() => target.remove());

  /** Files that are there in the middle of a second deployment after a failed one. */
  const filesOf = (failed: string): Record<string, string> => {
    const { folders } = target;
    return {
      lease: folders.lease,
      journal: folders.journal,
      "open marker": folders.open,
      reserve: folders.reserve,
      artefact: folders.artefact,
      metrics: folders.metrics,
      "old record": path.join(folders.records, `${failed}.json`),
      "old rollback": path.join(folders.records, `${failed}.rollback.json`),
      "old incident": path.join(folders.records, `${failed}.incident.json`),
      "gate decision": path.join(folders.records, `${failed}.gate.json`),
      outbox: path.join(folders.records, `${failed}.issue.json`),
      "own record": path.join(folders.records, "OWN.json"),
    };
  };

  for (const kind of Object.keys(damages))
    it(`leaves the target whole, or locked and loud, when it is ${kind}, whichever it is`, async () => {
      // The moments take turns, so that each kind of damage and each file meets each of them.
      const moments = [2, 5, 12, 20];
      const failedRequest = target.request("2", { unhealthy: true });
      const gated = { ...failedRequest, origin: { gate: { schema: "ghrunners.gate-decision/1" } } };
      const { id: failed } = (await target.deploy(gated, agent())).deployment;
      await outboxHere(target).call(["sent", failed, "1", "https://github.example/1"], "", 1);
      const bringBack = target.keep();
      for (const [index, which] of Object.keys(filesOf("x")).entries()) {
        const last = moments[(index + Object.keys(damages).indexOf(kind)) % moments.length] ?? 2;
        bringBack();
        const request = target.request("2");
        const file = (filesOf(failed)[which] ?? "").replace("OWN", request.id);
        const damage = (): void => {
          if (!existsSync(file)) writeFileSync(file, "{}");
          damages[kind]?.(file);
        };
        const at = `${which} is ${kind}, killed at write ${last}`;
        await target.deploy(request, agent(new StoreWithDamage(target, last, damage))).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw new Error(`${at}: ${(error as Error).message}`);
        });
        // A lease that cannot be read has expired: the deployer, which is alive, does not keep it.
        if (which !== "lease") target.clock.pass(31);
        try {
          await commands.watch(agent());
        } catch (error) {
          assert.equal(which, "journal", `${at}: ${(error as Error).message}`);
          assertLocked(error as Error, at);
          await assert.rejects(commands.begin(agent(), target.request("3")), UnreadableJournalError, at);
          assert.ok(
            queries.show(agent()).unreadable.some(({ file: named }) => named === file),
            at,
          );
          continue;
        }
        assert.ok(["1", "2"].includes(target.whole()), `${at}: ${target.whole()}`);
        // And whatever it was, the next deployment is not stopped by it.
        const next = await target.deploy(target.request("3"), agent());
        assert.deepEqual([next.deployment.outcome, target.whole()], ["succeeded", "3"], at);
        const seen = queries.show(agent()).unreadable.map((each) => each.file);
        assert.equal(metric(target, "deployment_unreadable_files"), String(seen.length), at);
        const isRecord = which.startsWith("old") || which === "outbox" || which === "gate decision";
        assert.deepEqual(seen, isRecord && kind !== "missing" ? [file] : [], at);
      }
    });

  function assertLocked({ message }: Error, at: string): void {
    assert.match(
      message,
      /^The journal .*journal\.json cannot be used: .*stays locked.*deployment_unreadable_files.*sudo mv/,
      at,
    );
    assert.equal(metric(target, "deployment_unreadable_files"), "1", at);
    assert.match(metric(target, "deployment_lock_timestamp_seconds") ?? "", /^\d/, at);
  }

  it("is a lease with arbitrary bytes, and the deployment rolls back by itself", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          const { token } = await commands.begin(agent(), { ...target.request("2"), id: target.request("2").id });
          writeFileSync(target.folders.lease, bytes);
          assert.throws(() => commands.renew(agent(), token), /has expired/);
          await commands.watch(agent());
          assert.equal(target.whole(), "1");
        },
      ),
      { numRuns: 50 },
    );
    assert.match(
      queries.show(agent()).last[0]?.failure?.detail ?? "",
      /lease .*lease\.json cannot be read \(.*expired/,
    );
  });

  it("is a record with arbitrary bytes, and deployments continue", async () => {
    const { id } = (await target.deploy(target.request("2", { unhealthy: true }), agent())).deployment;
    const file = path.join(target.folders.records, `${id}.json`);
    const whole = readFileSync(file);
    const cut = fc.nat(whole.length - 2).map((length) => whole.subarray(0, length));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          cut,
          fc.uint8Array({ maxLength: 80 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          writeFileSync(file, bytes);
          assert.equal(queries.show(agent()).unreadable[0]?.file, file);
          assert.throws(() => queries.deploymentProgress(agent(), id), /cannot be read: .*sudo mv/);
          const { token } = await commands.begin(agent(), target.request("2"));
          await commands.run(agent(), token, "enough");
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is described in one line without control characters, whatever bytes a parser quotes", async () => {
    const { id } = (await target.deploy(target.request("2"), agent())).deployment;
    writeFileSync(path.join(target.folders.records, `${id}.json`), Buffer.from("\n\0\u001b[2J"));
    assert.throws(
      () => queries.deploymentProgress(agent(), id),
      /^Error: The record [^\p{Cc}]+ cannot be read: [^\p{Cc}]*\\x00\\x1b[^\p{Cc}]*$/u,
    );
  });

  it("is no reason to grow the journal at each look", async () => {
    const { records } = target.folders;
    const { token } = await commands.begin(agent(), target.request("2"));
    rmSync(records, { recursive: true });
    writeFileSync(records, "");
    await assert.rejects(commands.run(agent(), token, "enough"), /close failed/);
    target.clock.pass(31);
    const length = (): number => agent().store.readJournal()?.timeline.length ?? 0;
    const before = length();
    for (let look = 0; look < 20; look += 1) await assert.rejects(commands.watch(agent()), /close failed/);
    assert.equal(length(), before);
    rmSync(records);
    assert.match(await commands.watch(agent()), /cancelled/);
  });

  it("is counted until it is moved away and the metrics are written anew", async () => {
    const dead = path.join(target.folders.records, "20000101T000000Z-dead.json");
    writeFileSync(dead, "");
    assert.deepEqual(
      commands.measure(agent()).unreadable.map(({ file, problem }) => [file, problem]),
      [[dead, "it is empty"]],
    );
    assert.equal(metric(target, "deployment_unreadable_files"), "1");
    renameSync(dead, `${dead}.broken`);
    assert.deepEqual(commands.measure(agent()), { unreadable: [] });
    assert.equal(metric(target, "deployment_unreadable_files"), "0");
  });

  it("that is the journal keeps the target locked until an operator moves the state away, as the message says", async () => {
    const { token } = await commands.begin(agent(), target.request("2"));
    writeFileSync(target.folders.journal, "");
    await assert.rejects(commands.watch(agent()), UnreadableJournalError);
    assert.throws(() => commands.measure(agent()), UnreadableJournalError);
    renameSync(target.folders.state, `${target.folders.state}.broken`);
    commands.measure(agent());
    assert.deepEqual(
      [metric(target, "deployment_unreadable_files"), metric(target, "deployment_lock_timestamp_seconds")],
      ["0", undefined],
    );
    const { deployment } = await target.deploy(target.request("3"), agent());
    assert.deepEqual([deployment.outcome, target.whole()], ["succeeded", "3"]);
    assert.ok(deployment.token > token, "a late deployer of the lost deployment is refused");
  });

  it("that is lost between two deployments does not let an old token come again", async () => {
    const { token } = (await target.deploy(target.request("2"), agent())).deployment;
    rmSync(target.folders.journal);
    assert.ok((await commands.begin(agent(), target.request("3"))).token > token);
  });
});

describe("two processes that write one file", () => {
  it("never take each other's half, and leave nothing behind", async () => {
    const target = new LocalTarget();
    try {
      const file = target.folders.lease;
      const script = `
        require(${JSON.stringify(require.resolve("tsx/cjs"))});
        const { writeWhole } = require(${JSON.stringify(require.resolve("@ghrunners/core/whole-file"))});
        for (let round = 0; round < 300; round += 1)
          writeWhole(process.argv[1], JSON.stringify({ by: process.pid, text: "x".repeat(round) }));`;
      const writers = [1, 2, 3].map(() =>
        spawn(process.execPath, ["-e", script, file], { stdio: ["ignore", "ignore", "pipe"] }),
      );
      const ended = writers.map(
        (child) =>
          new Promise<string>((resolve) => {
            let words = "";
            child.stderr.on("data", (text: Buffer) => (words += text.toString()));
            child.once("close", (code) => resolve(code === 0 ? "" : words));
          }),
      );
      assert.deepEqual(await Promise.all(ended), ["", "", ""]);
      assert.ok(JSON.parse(readFileSync(file, "utf8")));
      assert.deepEqual(readdirSync(path.dirname(file)), ["lease.json"]);
      writeWhole(file, "{}");
      assert.equal(lstatSync(file).mode & 0o777, 0o600);
    } finally {
      target.remove();
    }
  }).timeout(60_000);
});
