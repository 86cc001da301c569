import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { GitHubFaults } from "@ghrunners/lab/github/faults";
import { Presence } from "@ghrunners/lab/github/presence";
import { GitHubStore } from "@ghrunners/lab/github/store";

describe("the GitHub emulator's store", () => {
  let folder: string;
  const time = { at: Date.parse("2026-11-22T10:00:00Z") };
  const clock = { now: () => time.at };
  const open = (): GitHubStore => new GitHubStore(folder, clock);
  const log = (): string => path.join(folder, "events.jsonl");
  const remember = (store: GitHubStore, value: string): void =>
    store.change((state, emit) => {
      state.variables.push({ scope: null, name: value, value, createdAt: store.now(), updatedAt: store.now() });
      emit("variable.created", { name: value });
    });

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "github-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the same after it is read again", () => {
    const store = open();
    remember(store, "A");
    const again = open();
    assert.deepEqual(again.state, store.state);
    assert.deepEqual(again.eventsSince(0), store.eventsSince(0));
  });

  it("takes nothing of a change that fails", () => {
    const store = open();
    remember(store, "A");
    assert.throws(
      () =>
        store.change((state, emit) => {
          state.variables.pop();
          emit("variable.deleted");
          throw new Error("half-way");
        }),
      /half-way/,
    );
    assert.deepEqual(
      store.state.variables.map(({ name }) => name),
      ["A"],
    );
    assert.deepEqual(
      store.eventsSince(0).map(({ kind }) => kind),
      ["variable.created"],
    );
    remember(store, "B");
    assert.deepEqual(
      store.eventsSince(0).map(({ seq }) => seq),
      [1, 2],
    );
  });

  it("refuses a change that is not over when it returns", () => {
    assert.throws(() => open().change(async () => undefined), /synchronous/);
  });

  it("completes the event log after a kill between the two writes, at any byte of the last line", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        rmSync(folder, { recursive: true });
        const store = open();
        remember(store, "A");
        remember(store, "B");
        const whole = readFileSync(log(), "utf8");
        const first = whole.indexOf("\n") + 1;
        writeFileSync(log(), whole.slice(0, first + Math.floor(share * (whole.length - first))));
        assert.deepEqual(open().eventsSince(0), store.eventsSince(0));
        assert.equal(readFileSync(log(), "utf8"), whole);
      }),
      { numRuns: 40 },
    );
  });

  it("does not care about a new state that was not finished", () => {
    const store = open();
    remember(store, "A");
    appendFileSync(path.join(folder, "state.json.new"), '{"half":');
    assert.deepEqual(open().state, store.state);
  });

  it("gives out every id once, over a restart too", () => {
    const take = (store: GitHubStore): number => store.change(() => store.nextId());
    const ids = [take(open()), take(open())];
    const store = open();
    assert.throws(() => store.nextId(), /inside a change/);
    ids.push(take(store), take(store));
    assert.equal(new Set(ids).size, 4);
  });

  it("tells listeners about events, until they leave", () => {
    const store = open();
    const heard: string[] = [];
    const leave = store.onChange((events) => heard.push(...events.map(({ name }) => String(name))));
    remember(store, "A");
    leave();
    remember(store, "B");
    assert.deepEqual(heard, ["A"]);
  });

  it("is readable by its owner alone, for it holds the keys of the sealed boxes", async () => {
    open();
    const { statSync } = await import("node:fs");
    assert.equal(statSync(path.join(folder, "state.json")).mode & 0o777, 0o600);
  });

  it("shows a runner offline after its silence, and says so once", () => {
    const store = open();
    const reopened = (from: GitHubStore): Presence => new Presence(from, new GitHubFaults(from), 10_000);
    const presence = reopened(store);
    store.change((state) => {
      state.runners.push({
        id: 1,
        name: "r",
        os: "Linux",
        architecture: "X64",
        version: null,
        labels: [],
        ephemeral: false,
        disableUpdate: false,
        createdAt: store.now(),
        credentialSha256: "",
        announced: "offline",
      });
    });
    const statuses: string[] = [];
    const step = (milliseconds: number): void => {
      time.at += milliseconds;
      presence.announce();
      statuses.push(presence.statusOf({ id: 1, name: "r" }));
    };
    presence.heard(1);
    step(0);
    step(9_999);
    step(1);
    step(60_000);
    presence.heard(1);
    step(0);
    presence.gone(1);
    step(0);
    assert.deepEqual(statuses, ["online", "online", "offline", "offline", "online", "offline"]);
    const kinds = store.eventsSince(0).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["runner.online", "runner.offline", "runner.online", "runner.offline"]);

    presence.heard(1);
    const after = open();
    const afterRestart = reopened(after);
    afterRestart.announce();
    assert.equal(after.eventsSince(5).length, 0, "a restart is no event");
    time.at += 10_000;
    afterRestart.announce();
    assert.deepEqual(
      after.eventsSince(5).map(({ kind }) => kind),
      ["runner.offline"],
    );
  });
});
