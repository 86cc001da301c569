import assert from "node:assert/strict";
import { drainRunner } from "@ghrunners/core/github/drain";
import { explainGitHubError, GitHubError } from "@ghrunners/core/github/errors";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { whenAllowed } from "@ghrunners/core/github/when-allowed";
import { pauseAfter } from "@ghrunners/core/until";
import type { GitHubFaults } from "@ghrunners/lab/github/faults";
import { GitHubApiError } from "@ghrunners/lab/github/http/errors";
import { RateLimiter, rateLimitHeaders } from "@ghrunners/lab/github/http/rate-limit";

const where = { url: "https://github.com", fullName: "octo-org/demo-app" };
const hour = 3_600_000;
const noFaults = { active: () => undefined } as unknown as GitHubFaults;

/** Time that passes by pauses alone, and a GitHub with its limits at that time. */
function gitHubAt(begin: number) {
  let now = begin;
  const said: string[] = [];
  const clock = {
    now: () => now,
    pause: (milliseconds: number) => Promise.resolve((now += milliseconds)),
    say: (line: string) => void said.push(`${now}: ${line}`),
  };
  const limiter = new RateLimiter(clock, noFaults, true);
  /** One request by a token of the account. @throws GitHubError as the client's */
  const request = (login: string, token: string): Promise<void> => {
    const identity = { login, permissions: {}, isInstallation: false, tokenSha256: token };
    try {
      limiter.check(identity, false);
      limiter.allowance(identity, 1);
      return Promise.resolve();
    } catch (error) {
      assert.ok(error instanceof GitHubApiError);
      const headers = { ...rateLimitHeaders(limiter.allowance(identity)) };
      const failure = { status: error.status, message: error.message, response: { headers } };
      return Promise.reject(explainGitHubError(failure, "read a runner", where, now));
    }
  };
  return { clock, request, said };
}

describe("waiting out GitHub's rate limits", () => {
  it("needs no more than 300 requests for a job of an hour", () => {
    let [waited, looks] = [0, 0];
    for (; waited < hour; looks += 1) waited += pauseAfter(waited, { pauseMs: 1_000, longestPauseMs: 15_000 });
    assert.ok(looks < 300, `${looks} looks`);
  });

  it("goes on when the hour is over, where another token of the account used everything up", async () => {
    const { clock, request, said } = gitHubAt(0);
    for (let count = 0; count < 5_000; count += 1) await request("person", "a tool of theirs");
    await clock.pause(60_000);
    await assert.rejects(request("person", "Pulumi's"), (error) => {
      assert.ok(error instanceof GitHubError);
      assert.match(error.message, /rate limit reached .*wait until 1970-01-01T01:00:00/);
      assert.equal(error.allowedAt, hour);
      return true;
    });
    await request("another person", "theirs");
    await whenAllowed(() => request("person", "Pulumi's"), 2 * hour, clock);
    assert.ok(clock.now() >= hour && clock.now() < hour + 5_000, `went on at ${clock.now()}`);
    assert.deepEqual(said, [
      "60000: GitHub's rate limit is reached: waiting until 1970-01-01T01:00:00.000Z (59 min), then this goes on by " +
        "itself. Next, if that is too late: end this command, then use a token of another account: " +
        "pulumi config set --secret ghrunners:githubToken",
    ]);
  });

  it("reports a limit that ends too late, and any other error at once", async () => {
    const { clock, said } = gitHubAt(0);
    const limited = new GitHubError("rate limit", 403, hour);
    await assert.rejects(
      whenAllowed(() => Promise.reject(limited), hour - 1, clock),
      limited,
    );
    const other = new GitHubError("401", 401);
    await assert.rejects(
      whenAllowed(() => Promise.reject(other), hour, clock),
      other,
    );
    assert.equal(clock.now(), 0);
    assert.deepEqual(said, []);
  });

  it("at a limit that names no end waits for a minute", () => {
    assert.equal(explainGitHubError({ status: 429, response: {} }, "list", where, 0).allowedAt, 60_000);
    assert.equal(explainGitHubError({ status: 500, response: {} }, "list", where, 0).allowedAt, undefined);
  });

  it("ends no drain: its labels are taken and its job is waited for", async () => {
    const runner = (change: Partial<GitHubRunner>): GitHubRunner => ({
      ...{ id: 7, name: "one", online: true, busy: false, labels: [], version: "2.336.0" },
      ...change,
    });
    const answers = [runner({ labels: ["production"] }), runner({ busy: true }), "limit", runner({})];
    const done: string[] = [];
    const github = {
      runner: () => {
        const answer = answers.shift();
        if (typeof answer === "string") return Promise.reject(new GitHubError("rate limit", 403, Date.now()));
        return Promise.resolve(answer);
      },
      setLabels: (_id: number, labels: readonly string[]) =>
        Promise.resolve(void done.push(`labels [${labels.join()}]`)),
    };
    await drainRunner(github, 7, 60_000, { pauseMs: 1 });
    assert.deepEqual([done, answers], [["labels []"], []]);
  });
});
