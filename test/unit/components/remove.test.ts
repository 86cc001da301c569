import assert from "node:assert/strict";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { removeRunner } from "@ghrunners/components/runner/remove-registration";

const online: GitHubRunner = { id: 7, name: "one", online: true, busy: false, labels: ["a"], version: "2.336.0" };
const limits = { drainMinutes: 1, onlineSeconds: 1 };

/** Removes a runner; GitHub refuses the removal as often as said. @returns the calls in their order */
async function remove(runner: GitHubRunner | undefined, refusals = 0, timing = { limitMs: 1_000, pauseMs: 1 }) {
  const calls: string[] = [];
  const github = {
    runner: async () => runner,
    setLabels: async (id: number, labels: readonly string[]) => void calls.push(`labels ${id} [${labels.join()}]`),
    deleteRunner: async (id: number) => calls.push(`delete ${id}`) > 0 && (refusals -= 1) < 0,
  };
  const result = removeRunner(github, 7, limits, async () => void calls.push("stop"), timing);
  return {
    calls,
    error: await result.then(
      () => undefined,
      (error: Error) => error,
    ),
  };
}

describe("removal of a runner", () => {
  it("takes the labels, stops it, then removes it", async () => {
    assert.deepEqual(await remove(online), { calls: ["labels 7 []", "stop", "delete 7"], error: undefined });
  });

  it("goes on where an earlier try ended: offline, or unknown to GitHub", async () => {
    for (const runner of [{ ...online, online: false }, undefined]) {
      assert.deepEqual(await remove(runner), { calls: ["stop", "delete 7"], error: undefined });
    }
  });

  it("asks again while GitHub calls a stopped runner busy", async () => {
    const { calls, error } = await remove(online, 2);
    assert.deepEqual([calls.filter((call) => call === "delete 7").length, error], [3, undefined]);
  });

  it("gives up at the limit, and says what to do", async () => {
    const { error } = await remove(online, Infinity, { limitMs: 0, pauseMs: 1 });
    assert.match(
      String(error),
      /runner 7: it is shown as busy although it is stopped\. Expected .*Next: cancel the job/,
    );
  });

  it("leaves the registration alone when the host could not be stopped", async () => {
    const calls: string[] = [];
    const github = {
      runner: async () => undefined,
      setLabels: async () => undefined,
      deleteRunner: async () => calls.push("delete") > 0,
    };
    await assert.rejects(
      removeRunner(github, 7, limits, () => Promise.reject(new Error("sudo refused"))),
      /sudo/,
    );
    assert.deepEqual(calls, []);
  });
});
