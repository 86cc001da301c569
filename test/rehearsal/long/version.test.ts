import assert from "node:assert/strict";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

const older = { "agent.version": "2.335.1" };
/** No version: the one in the state. */
const unset = { agent: "{}" };
/** A release of the lab whose listener ends at once. */
const broken = { "agent.version": "2.337.0" };

describe("a new runner version", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(async () => {
      const run = await rehearsal.up();
      assert.equal(run.code, 0, run.output);
    });
  });

  async function versions(): Promise<Record<string, string | null>> {
    return Object.fromEntries((await rehearsal.status()).runners.map((runner) => [runner.name, runner.version]));
  }

  it("reaches the secondary first, and at no time are both unavailable", async () => {
    const mark = await rehearsal.mark("github");
    const run = await rehearsal.up(older);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(await versions(), { [primary.name]: "2.335.1", [secondary.name]: "2.335.1" });
    const events = await rehearsal.events("github", mark);
    const away = new Set<unknown>();
    const order: unknown[] = [];
    for (const event of events) {
      if (event.kind === "runner.offline") {
        away.add(event.name);
        order.push(event.name);
      }
      if (event.kind === "runner.online") away.delete(event.name);
      assert.ok(away.size < 2, `both runners were offline at once, event ${event.seq}`);
    }
    assert.deepEqual(order, [secondary.name, primary.name], "order in which the runners went offline");
  });

  it("is not taken by itself: without the setting the version in the state stays", async () => {
    const run = await rehearsal.up(unset);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(await versions(), { [primary.name]: "2.335.1", [secondary.name]: "2.335.1" });
  });

  it("drains each runner before it stops it, and gives the labels back after", async () => {
    const mark = await rehearsal.mark("github");
    const run = await rehearsal.up(unset, "--replace", "**RunnerRelease**");
    assert.match(run.output, /runner version: 2\.336\.0, the newest that GitHub offers/);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(await versions(), { [primary.name]: "2.336.0", [secondary.name]: "2.336.0" });
    const events = (await rehearsal.events("github", mark)).filter((event) => event.name === primary.name);
    const kinds = events.map((event) =>
      event.kind === "runner.labels" ? `labels:${(event.labels as string[]).includes("primary")}` : event.kind,
    );
    const picked = kinds.filter((kind) =>
      ["labels:false", "runner.offline", "runner.online", "labels:true"].includes(kind),
    );
    assert.deepEqual(picked, ["labels:false", "runner.offline", "runner.online", "labels:true"]);
  });

  it("that does not start is rolled back on the secondary and never touches the primary", async () => {
    const before = (await rehearsal.runner(primary.name))!;
    const mark = await rehearsal.mark("github");
    const run = await rehearsal.up(broken);
    assert.notEqual(run.code, 0, "a broken version was taken for good");
    assert.match(run.output, /2\.337\.0 did not start/);
    const touched = (await rehearsal.events("github", mark)).filter(
      (event) => event.name === primary.name && /^runner\./.test(event.kind),
    );
    assert.deepEqual(touched, []);
    assert.deepEqual(await rehearsal.runner(primary.name), before);
    await rehearsal.online(secondary.name);
    assert.equal((await versions())[secondary.name], "2.336.0");
  });
});
