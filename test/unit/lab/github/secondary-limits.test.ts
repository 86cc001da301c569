import assert from "node:assert/strict";
import { explainGitHubError, GitHubError } from "@ghrunners/core/github/errors";
import { whenAllowed } from "@ghrunners/core/github/when-allowed";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";
import { GitHubApiError } from "@ghrunners/lab/github/http/errors";
import { SecondaryLimits, secondaryLimits } from "@ghrunners/lab/github/http/secondary-limits";

const person = { login: "person" };
const minute = 60_000;

describe("GitHub's secondary limits", () => {
  let now: number;
  let limits: SecondaryLimits;
  beforeEach(() => {
    now = 0;
    limits = new SecondaryLimits({ now: () => now }, true);
  });

  const send = (method: string, times = 1): void => {
    for (let count = 0; count < times; count += 1) limits.begin(person, method)();
  };
  /** Status and seconds to wait of the refusal. */
  function refusal(method: string): [number, string | undefined] {
    try {
      limits.begin(person, method)();
    } catch (error) {
      assert.ok(error instanceof GitHubApiError);
      return [error.status, error.headers?.["retry-after"]];
    }
    return [200, undefined];
  }

  it("allow 900 points a minute: reading costs one, anything else five", () => {
    send("GET", 895);
    send("DELETE");
    assert.deepEqual(refusal("GET"), [403, "60"]);
    now += minute - 500;
    assert.deepEqual(refusal("GET"), [403, "1"]);
    now += 500;
    assert.equal(refusal("GET")[0], 200);
  });

  it("allow 80 requests a minute that create content, and 500 an hour; reading goes on", () => {
    send("POST", 80);
    assert.deepEqual(refusal("PUT"), [403, "60"]);
    assert.equal(refusal("GET")[0], 200);
    for (let count = 0; count < 5; count += 1) {
      now += minute;
      send("PATCH", 80);
    }
    now += minute;
    send("POST", 20);
    now += minute;
    assert.deepEqual(refusal("POST"), [403, String(60 * 60 - 7 * 60)]);
    now = 60 * minute;
    send("POST", 80);
  });

  it("allow 100 requests at once, each until it has ended", () => {
    const open = Array.from({ length: 100 }, () => limits.begin(person, "GET"));
    assert.deepEqual(refusal("GET"), [429, "60"]);
    limits.begin({ login: "somebody else" }, "GET");
    open[0]?.();
    assert.equal(refusal("GET")[0], 200);
    assert.deepEqual(limits.report()["person"], {
      highest: { concurrent: 100, pointsAMinute: 101, contentAMinute: 0, contentAnHour: 0 },
      refused: 1,
    });
  });

  it("only count where the seed does not say that they refuse", () => {
    limits = new SecondaryLimits({ now: () => now }, false);
    send("POST", 600);
    const { highest, refused } = limits.report()["person"]!;
    assert.deepEqual([highest.contentAMinute, highest.pointsAMinute, refused], [600, 3_000, 0]);
  });

  it("are waited out by what waits for a runner", async () => {
    send("GET", secondaryLimits.pointsAMinute);
    const where = { url: "https://github.com", fullName: "octo-org/demo-app" };
    const request = (): Promise<void> => {
      try {
        send("GET");
        return Promise.resolve();
      } catch (error) {
        assert.ok(error instanceof GitHubApiError);
        const failure = { status: error.status, message: error.message, response: { headers: error.headers } };
        return Promise.reject(explainGitHubError(failure, "read a runner", where, now));
      }
    };
    await assert.rejects(request(), (error) => {
      assert.ok(error instanceof GitHubError);
      assert.match(error.message, /rate limit reached .*Next: wait until 1970-01-01T00:01:00/);
      return true;
    });
    const clock = { now: () => now, pause: (ms: number) => Promise.resolve((now += ms)), say: () => undefined };
    await whenAllowed(request, 10 * minute, clock);
    assert.ok(now >= minute && now < minute + 5_000, `went on at ${now}`);
  });
});

describe("the emulator at its secondary limits", function () {
  this.timeout(30_000);
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({ ...seed, refusesBeyondLimit: true }));
  });
  after(() => emulator.stop());

  it("answers in GitHub's words, with the time to wait", async () => {
    const operator = await emulator.client();
    const create = (count: number) =>
      operator.actions.createRepoVariable({ owner, repo, name: `MANY_${count}`, value: "1" });
    for (let count = 0; count < secondaryLimits.contentAMinute; count += 1) await create(count);
    await assert.rejects(
      create(80),
      (error: Error & { status: number; response: { headers: Record<string, string> } }) => {
        assert.equal(error.status, 403);
        assert.ok(Number(error.response.headers["retry-after"]) > 0);
        assert.match(error.message, /You have exceeded a secondary rate limit/);
        return true;
      },
    );
    assert.equal((await operator.actions.listRepoVariables({ owner, repo })).data.total_count, 80);
  });
});
