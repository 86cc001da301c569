import assert from "node:assert/strict";
import { noticingInterrupt } from "@ghrunners/core/interrupted";

describe("noticing Ctrl-C while a child works", () => {
  it("reports that there was no interruption", async () => {
    assert.deepEqual(await noticingInterrupt(() => Promise.resolve(7)), { value: 7, interrupted: false });
  });

  it("hears the signal that Node reports only after the end of the work", async () => {
    const work = (): Promise<number> => {
      // Sent already, and heard when the event loop turns: as when a child ends by the same signal.
      process.kill(process.pid, "SIGINT");
      return Promise.resolve(1);
    };
    assert.deepEqual(await noticingInterrupt(work), { value: 1, interrupted: true });
  });
});
