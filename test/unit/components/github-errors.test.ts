import assert from "node:assert/strict";
import { explainGitHubError, retryDelayMs } from "@ghrunners/core/github/errors";

describe("GitHub's errors", () => {
  const now = Date.parse("2026-01-02T03:04:05Z");
  const reset = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 60) };
  const wanted = { "x-accepted-github-permissions": "administration=write" };
  const where = { url: "https://github.com", fullName: "octo-org/demo-app" };
  const error = (status: number, message: string, headers: Record<string, string> = {}): object => ({
    status,
    message,
    response: { headers },
  });

  it("are tried again when that may help, and only so often", () => {
    assert.equal(retryDelayMs(error(500, "x"), 1), 400);
    assert.equal(retryDelayMs(error(502, "x"), 4), undefined);
    assert.equal(retryDelayMs({ status: 500, message: "fetch failed" }, 1), 400);
    assert.equal(retryDelayMs(error(403, "API rate limit exceeded", { "retry-after": "2" }), 1), 2_250);
    assert.equal(retryDelayMs(error(429, "x", { "retry-after": "3600" }), 1), undefined);
    for (const status of [401, 403, 404, 409, 422]) assert.equal(retryDelayMs(error(status, "x"), 1), undefined);
  });

  const text = (status: number, message = "x", headers = {}): string =>
    explainGitHubError(error(status, message, headers), "list runners", where, now).message;

  for (const [what, seen, expected] of [
    ["401", text(401), /expired or revoked\. Expected .*Next: pulumi config set --secret ghrunners:githubToken/],
    [
      "403",
      text(403, "Resource not accessible"),
      /"Resource not accessible"\. Expected .*Administration write.*Next: /,
    ],
    ["403 that names the permission", text(403, "x", wanted), /Expected a token with administration=write\. Next: /],
    ["404", text(404), /404\. Expected an existing repository.*Next: check ghrunners:github\.repository/],
    [
      "the primary rate limit",
      text(403, "API rate limit", reset),
      /rate limit reached.*wait until 2026-01-02T03:05:05/,
    ],
    ["the secondary rate limit", text(429, "x", { "retry-after": "7" }), /wait until 2026-01-02T03:04:12/],
    ["a limit without an end", text(429), /wait until it is over, then the same command again/],
    ["anything else", text(422, "Validation Failed"), /422, "Validation Failed"\. Expected .*Next: /],
  ] as const) {
    it(`say what to do about ${what}`, () => assert.match(seen, expected));
  }

  for (const [code, expected] of [
    ["ECONNREFUSED", /does not answer \(ECONNREFUSED\)\. Expected GitHub's REST API there\. Next: .*github\.url/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /does not trust \(UNABLE_TO_VERIFY.*\)\. Expected .*NODE_EXTRA_CA_CERTS/],
  ] as const) {
    it(`tell ${code} from an answer, however deep it is wrapped`, () => {
      const socket = Object.assign(new Error("x"), { code });
      const wrapped = new Error("HttpError", { cause: new TypeError("fetch failed", { cause: socket }) });
      assert.match(explainGitHubError(wrapped, "list", where, now).message, expected);
    });
  }
});
