import assert from "node:assert/strict";
import fc from "fast-check";
import { pauseFrom, withoutPause, withPause } from "@ghrunners/cli/pause/plan";
import { pauseOf, pauseProblem, pauses } from "@ghrunners/failover/choice/pause";

const now = new Date("2026-12-01T12:00:00Z");
const pause = { environment: "production", until: "2026-12-01T14:00:00.000Z", note: "migration", by: "ada@laptop" };
const made = (asked: object) => pauseFrom({ note: "migration", ...asked }, "production", "ada@laptop", now);

describe("a pause of deployments", () => {
  it("gets its end from a duration or a time with its zone", () => {
    assert.deepEqual(made({ for: "2h" }), pause);
    assert.deepEqual(made({ until: "2026-12-01T15:00+01:00" }), pause);
    assert.equal(made({ for: "31d" }).until, "2027-01-01T12:00:00.000Z");
  });

  it("names everything that is wrong with it at once", () => {
    const wrong: [object, RegExp][] = [
      [{ note: "  " }, /--note has 0 characters[\s\S]*either --for, such as 2h, or --until/],
      [{ note: "two\nlines", for: "2 h" }, /--note has 9 characters[\s\S]*"2 h" is not a duration for a pause/],
      [{ for: "2h", until: pause.until }, /either --for/],
      [{ for: "32d" }, /at most 31d/],
      [{ until: "2026-12-01T15:00" }, /Expected a time with its zone/],
      [{ until: "tomorrow" }, /Expected a time with its zone/],
      [{ until: "2026-12-01T12:00:00Z" }, /after now \(2026-12-01T12:00:00.000Z\)/],
      [{ until: "2027-01-01T12:00:01Z" }, /within 31 days/],
    ];
    for (const [asked, says] of wrong) assert.throws(() => made(asked), says);
  });

  it("replaces its environment's pause, but never by an earlier end", () => {
    const staging = { ...pause, environment: "staging" };
    const later = { ...pause, until: "2026-12-01T15:00:00.000Z", note: "still migrating" };
    assert.deepEqual(withPause([pause, staging], later), [staging, later]);
    assert.deepEqual(withPause([pause], pause), [pause], "the same command again changes nothing");
    assert.throws(() => withPause([later], pause), /already paused for longer, until 2026-12-01T15:.*ghrunners resume/);
    assert.deepEqual(withoutPause([pause, staging], "Production"), [staging]);
  });

  it("is read as it was written until it ends, and refuses where it cannot be read", () => {
    const environment = fc.constantFrom("production", "staging", "Lab");
    const minutes = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(fc.array(fc.record({ environment, minutes }), { maxLength: 6 }), environment, (all, asked) => {
        const written = all.map((each) => ({
          ...pause,
          environment: each.environment,
          until: new Date(now.getTime() + each.minutes * 60_000).toISOString(),
        }));
        const text = pauses.text(written);
        const seen = pauses.parse(text, now);
        const isPaused = all.some((each) => each.environment === asked && each.minutes > 0);
        assert.equal(seen.known && pauseOf(seen.entries, asked.toUpperCase()) !== undefined, isPaused);
        assert.equal(pauseProblem(text, asked, now) !== undefined, isPaused);
      }),
    );
    assert.equal(pauseProblem(undefined, "production", now), undefined);
    assert.equal(pauseProblem("", "production", now), undefined);
    assert.match(
      pauseProblem("[]", "production", now) ?? "",
      /unknown whether deployments are paused.*ghrunners resume/,
    );
  });
});
