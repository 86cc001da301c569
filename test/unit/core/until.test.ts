import assert from "node:assert/strict";
import { poll, until } from "@ghrunners/core/until";

describe("waiting for a condition", () => {
  it("polls until the value is good enough, and returns it", async () => {
    let looks = 0;
    assert.equal(
      await poll(
        () => (looks += 1),
        (seen) => seen === 3,
        { limitMs: 10_000, pauseMs: 1 },
      ),
      3,
    );
  });

  it("returns the last value when the limit is reached", async () => {
    let looks = 0;
    assert.ok(
      (await poll(
        () => (looks += 1),
        () => false,
        { limitMs: 20, pauseMs: 5 },
      )) >= 2,
    );
    assert.equal(looks >= 2, true);
  });

  it("polls once if the limit is 0", async () => {
    let looks = 0;
    assert.equal(
      await poll(
        () => (looks += 1),
        () => false,
        { limitMs: 0 },
      ),
      1,
    );
  });

  it("polls at the limit, however long the pause", async () => {
    const begun = performance.now();
    let looks = 0;
    assert.equal(
      await poll(
        () => (looks += 1),
        () => false,
        { limitMs: 30, pauseMs: 60_000 },
      ),
      2,
    );
    assert.ok(performance.now() - begun < 30_000);
  });

  it("polls less often the longer it waits, if pauses may grow", async () => {
    let looks = 0;
    await poll(
      () => (looks += 1),
      () => false,
      { limitMs: 400, pauseMs: 2, longestPauseMs: 60_000 },
    );
    // 2 ms up to 20 ms waited, then a tenth: 10 looks, and ln(20) / ln(1.1), about 31, more.
    assert.ok(looks <= 45);
  });

  it("ends with the error of a poll", async () => {
    await assert.rejects(
      poll(
        () => Promise.reject(new Error("no route")),
        () => true,
        { limitMs: 10_000 },
      ),
      /no route/,
    );
  });

  it("treats an error of a probe as not ready, and reports the last one at the limit", async () => {
    let looks = 0;
    const probe = (): string => {
      looks += 1;
      if (looks < 3) throw new Error(`look ${looks}`);
      return "there";
    };
    assert.equal(await until("it is there", 10_000, probe), "there");
    const never = (): boolean => {
      throw new Error("refused");
    };
    await assert.rejects(
      until("it answers", 10, never),
      /Waited 10 ms, but this did not happen: it answers; last seen: refused/,
    );
    await assert.rejects(
      until("it is so", 10, () => false),
      /last seen: false/,
    );
  });
});
