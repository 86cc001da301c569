import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import fc from "fast-check";
import { alertGroups } from "@ghrunners/monitoring/alerts/index";
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { maintenances, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import {
  decide,
  runnerMeant,
  without,
  withEntry,
  type RunnerView,
  type MaintenanceRequest,
} from "@ghrunners/cli/maintenance/plan";
import { maintenanceBanner, renderReport, reportOf } from "@ghrunners/cli/maintenance/report";
import { silenceFor, silenceOf, silences, type Silence } from "@ghrunners/cli/maintenance/silence";
import { changeList } from "@ghrunners/cli/shared-variable";
import { secondsOf } from "@ghrunners/cli/duration";
import { GitHubClient } from "@ghrunners/core/github/client";
import { publishedSchema } from "../../../support/published-schema";

const now = new Date("2026-01-01T12:00:00Z");
const runners: readonly RunnerView[] = [
  { name: "runner-1", role: "primary", problems: [] },
  { name: "runner-2", role: "secondary", problems: [] },
];
const wish: MaintenanceRequest = {
  runner: "runner-1",
  seconds: 7200,
  reason: "disk",
  by: "op@host",
  extend: false,
  force: undefined,
};
const entry: Maintenance = { name: "runner-1", until: "2026-01-01T13:00:00.000Z", reason: "disk", by: "op@host" };
const ofPeer: Maintenance = { ...entry, name: "runner-2", reason: "memory" };

describe("the decision on a maintenance", () => {
  it("ends after the time that is asked for", () => {
    assert.deepEqual(decide(wish, runners, [], now), {
      kind: "start",
      entry: { ...entry, until: "2026-01-01T14:00:00.000Z" },
      isNew: true,
    });
  });

  it("is refused while no other runner is healthy and in service, unless the override sentence is given", () => {
    const offline = runners.map((runner) =>
      runner.name === "runner-2" ? { ...runner, problems: ["offline"] } : runner,
    );
    for (const [views, entries, seen] of [
      [offline, [], /runner-2: offline/],
      [runners, [ofPeer], /runner-2: in maintenance until 2026-01-01T13:00/],
      [runners.slice(0, 1), [], /there is none/],
    ] as const) {
      const decision = decide(wish, views, entries, now);
      assert.equal(decision.kind, "refuse");
      assert.match(decision.kind === "refuse" ? decision.why : "", seen);
      assert.equal(decide({ ...wish, force: "please" }, views, entries, now).kind, "refuse");
      assert.equal(decide({ ...wish, force: FORCE_WORDS }, views, entries, now).kind, "start");
    }
  });

  it("continues an existing maintenance, and extends it only when asked to", () => {
    // Also where the other runner has become ill meanwhile: nothing new is taken away.
    const ill = runners.map((runner) => ({ ...runner, problems: ["offline"] }));
    assert.deepEqual(decide(wish, ill, [entry], now), { kind: "start", entry, isNew: false });
    const later = decide({ ...wish, extend: true }, runners, [entry], now);
    assert.equal(later.kind === "start" && later.entry.until, "2026-01-01T14:00:00.000Z");
    assert.equal(decide({ ...wish, extend: true }, ill, [entry], now).kind, "refuse");
  });

  it("takes durations and runners as people write them, and names what it expects", () => {
    const seconds = (text: string): number => secondsOf(text, "a maintenance", 7);
    assert.deepEqual(["30m", "2h", "1d", "1h30m", "7d"].map(seconds), [1800, 7200, 86400, 5400, 604800]);
    for (const text of ["", "2", "2 h", "h", "-1h", "8d", "0m", "2h!", "1e3m"])
      assert.throws(() => seconds(text), /is not a duration for a maintenance/);
    assert.equal(runnerMeant(runners, "secondary").name, "runner-2");
    assert.equal(runnerMeant(runners, "runner-1").role, "primary");
    assert.throws(() => runnerMeant(runners, "tertiary"), /runner-1 \(primary\), runner-2 \(secondary\)/);
  });

  it("leaves entries of other runners alone, whatever is added or removed", () => {
    const names = fc.array(fc.constantFrom("a", "b", "C", "c", "d"), { maxLength: 6 });
    fc.assert(
      fc.property(names, fc.constantFrom("a", "c", "x"), (all, name) => {
        const entries = all.map((each) => ({ ...entry, name: each }));
        const others = entries.filter((each) => each.name.toLowerCase() !== name);
        assert.deepEqual(without(entries, [name.toUpperCase()]), others);
        assert.deepEqual(withEntry(entries, { ...entry, name }), [...others, { ...entry, name }]);
      }),
    );
  });
});

describe("the variable of maintenances", () => {
  /** A repository with one variable; `interfere` may change it before each read. */
  function repository(start: string | null, interfere: (reads: number) => string | undefined = () => undefined) {
    let value = start;
    let reads = 0;
    const writes: (string | null)[] = [];
    const set = (text: string | null) => {
      writes.push(text);
      value = text;
      return Promise.resolve({ data: {} });
    };
    const actions = {
      getRepoVariable: () => {
        value = interfere((reads += 1)) ?? value;
        return value === null
          ? Promise.reject(Object.assign(new Error("Not Found"), { status: 404 }))
          : Promise.resolve({ data: { value } });
      },
      createRepoVariable: ({ value: text }: { value: string }) => set(text),
      updateRepoVariable: ({ value: text }: { value: string }) => set(text),
      deleteRepoVariable: () => set(null),
    };
    const client = Object.assign(Object.create(GitHubClient.prototype) as object, {
      call: async (_action: string, request: (octokit: unknown, names: object) => Promise<{ data: unknown }>) =>
        (await request({ rest: { actions } }, {})).data,
    }) as GitHubClient;
    return { client, writes, value: () => value };
  }
  const held = (text: string | null) => maintenances.parse(text ?? undefined, now);

  it("is created with the first entry, drops expired entries at each write, and is deleted with the last", async () => {
    const { client, value, writes } = repository(null);
    await changeList(
      client,
      maintenances,
      (entries) => withEntry(entries, entry),
      () => now,
    );
    assert.deepEqual(held(value()), { known: true, entries: [entry] });
    const later = () => new Date("2026-01-01T13:30:00Z");
    const next = { ...ofPeer, until: "2026-01-01T14:00:00.000Z" };
    await changeList(client, maintenances, (entries) => withEntry(entries, next), later);
    assert.equal(value(), maintenances.text([next]), "the expired entry is tidied away");
    await changeList(client, maintenances, (entries) => without(entries, ["runner-2"]), later);
    assert.equal(value(), null);
    assert.equal(writes.length, 3);
    await changeList(client, maintenances, (entries) => without(entries, ["runner-2"]), later);
    assert.equal(writes.length, 3, "nothing is written that is there already");
  });

  it("is written again when a concurrent write wins, so that both entries are there", async () => {
    const theirs = maintenances.text([ofPeer]);
    // Another stack, which had read before us, writes between our write and our look.
    const { client, value } = repository(null, (reads) => (reads === 2 ? theirs : undefined));
    await changeList(
      client,
      maintenances,
      (entries) => withEntry(entries, entry),
      () => now,
    );
    assert.deepEqual(held(value()), { known: true, entries: [ofPeer, entry] });
    const stubborn = repository(null, () => theirs);
    await assert.rejects(
      changeList(
        stubborn.client,
        maintenances,
        (entries) => withEntry(entries, entry),
        () => now,
      ),
      /changed by another writer 3 times/,
    );
  });

  it("is left alone when its content cannot be parsed", async () => {
    const { client, writes } = repository("{}");
    await assert.rejects(
      changeList(
        client,
        maintenances,
        (entries) => withEntry(entries, entry),
        () => now,
      ),
      /Next: ghrunners maintenance end --all/,
    );
    assert.deepEqual(writes, []);
  });
});

describe("the silence of a maintenance", () => {
  const fresh = silenceFor([], "production", entry, now)!;
  const set: Silence = { ...fresh, id: "1", status: { state: "active" } };

  it("ends with it, is set once, and follows a later end", () => {
    assert.deepEqual([fresh.startsAt, fresh.endsAt], [now.toISOString(), entry.until]);
    assert.equal(silenceFor([set], "production", entry, now), undefined);
    const later = silenceFor([set], "production", { ...entry, until: "2026-01-01T15:00:00Z" }, now);
    assert.deepEqual([later?.id, later?.endsAt], ["1", "2026-01-01T15:00:00Z"]);
    assert.equal(silenceFor([{ ...set, status: { state: "expired" } }], "production", entry, now)?.id, undefined);
  });

  it("is distinguished from a person's own silence, another runner's and another environment's", () => {
    assert.equal(silenceOf([set], "production", "runner-1")?.id, "1");
    assert.equal(silenceOf([{ ...set, comment: "mine" }], "production", "runner-1"), undefined);
    assert.equal(silenceOf([set], "production", "runner-2"), undefined);
    assert.equal(silenceOf([set], "staging", "runner-1"), undefined);
  });

  it("keeps its runner's alerts quiet, and never that both runners are off", () => {
    const of = (alertname: string, more: object = { runner: "runner-1" }) =>
      silences(fresh, { alertname, environment: "production", ...more });
    assert.equal(of("RunnerOffline"), true);
    assert.equal(of("RunnerHostDown"), true);
    assert.equal(of("RunnerOffline", { runner: "runner-2" }), false);
    assert.equal(of("BothRunnersOffline", { role: "all" }), false);
    assert.equal(of("BothRunnersOffline"), false, "not even if it carried the runner's name");
    const names = alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => name));
    for (const name of ["BothRunnersOffline", "NoAuthorisedCapacity", "Watchdog"])
      assert.ok((names as string[]).includes(name), `${name} is no alert of the catalogue`);
  });
});

describe("the report on maintenances", () => {
  const silenced: Silence = { ...silenceFor([], "production", entry, now)!, id: "1", status: { state: "active" } };
  const report = reportOf("production", runners, [entry], [silenced]);

  it("conforms to its schema, and says who, until when and why", () => {
    const validate = addFormats(new Ajv()).compile(publishedSchema("maintenance"));
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.equal(validate({ ...report, surprise: 1 }), false);
    const text = renderReport(report);
    assert.match(text, /runner-1 \(primary\): in maintenance until 2026-01-01T13:00:00.000Z: disk \(by op@host\)/);
    assert.match(text, /its alerts are silent until 2026-01-01T13:00/);
    assert.match(text, /runner-2 \(secondary\): in service/);
  });

  it("the banner is shown as long as a runner is in maintenance", () => {
    assert.deepEqual(maintenanceBanner([]), []);
    assert.match(maintenanceBanner([entry]).join(), /In maintenance until .*: runner-1 \(disk; by op@host\)/);
  });
});
