import assert from "node:assert/strict";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { OfflineHost } from "@ghrunners/components/runner/plan-offline";
import { waitUntilOnline } from "@ghrunners/components/runner/wait-until-online";

const awaited = {
  runnerName: "one",
  unit: "one.service",
  host: { host: "192.0.2.51", user: "operator" },
  runnerId: 7,
  limits: { onlineSeconds: 0.02 },
};

describe("a runner whose service has started", () => {
  /** What was done to the machine, in its order. */
  let done: string[];
  beforeEach(() => {
    done = [];
  });

  /**
   * @param isOnline whether GitHub shows it online, by what was done so far and how often GitHub was asked
   * @param activeSeconds how long its unit has been active
   */
  function wait(
    isOnline: (asked: number) => boolean,
    host: Partial<OfflineHost> = {},
    activeSeconds = 0,
  ): Promise<GitHubRunner> {
    let asked = 0;
    return waitUntilOnline(
      {
        runner: () =>
          Promise.resolve({
            ...{ id: 7, name: "one", busy: false, labels: [], version: "2.336.0" },
            online: isOnline((asked += 1)),
          }),
      },
      awaited,
      activeSeconds,
      {
        look: () => {
          done.push("look");
          return Promise.resolve({ unit: "active", jobs: 0, holdsSession: false, ...host });
        },
        restart: () => {
          done.push("restart");
          return Promise.resolve();
        },
      },
      { pauseMs: 5 },
    );
  }

  it("is online at once, and its host is not asked", async () => {
    assert.equal((await wait(() => true)).online, true);
    assert.deepEqual(done, []);
  });

  it("is waited for beyond its limit while GitHub holds the session of a listener that was killed", async () => {
    assert.equal((await wait((asked) => asked > 20, { holdsSession: true })).online, true);
    assert.deepEqual(done, ["look"]);
  });

  it("gets its time before its listener is restarted", async () => {
    assert.equal((await wait(() => done.includes("restart"))).online, true);
    assert.deepEqual(done, ["look", "restart"]);
  });

  it("is restarted at once where it has been active for longer than that", async () => {
    let before = 0;
    await wait(
      () => {
        if (!done.includes("restart")) before += 1;
        return done.includes("restart");
      },
      {},
      60,
    );
    assert.equal(before, 1);
  });

  it("is restarted once, and given up with what was seen", async () => {
    await assert.rejects(
      wait(() => false),
      /^Error: GitHub does not show runner one online: one\.service is active, was restarted, and no job runs\. Expected within 0\.02 s of a start\. Next: ssh operator@192\.0\.2\.51 sudo journalctl/,
    );
    assert.deepEqual(done, ["look", "restart", "look"]);
  });

  it("is never restarted while a job is at work", async () => {
    await assert.rejects(
      wait(() => false, { jobs: 1 }),
      /a job at work/,
    );
    assert.deepEqual(done, ["look", "look"]);
  });
});
