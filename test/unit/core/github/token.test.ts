import assert from "node:assert/strict";
import { toTokenSeen } from "@ghrunners/core/github/token";

describe("what GitHub says about a token", () => {
  const ends = (text: string): string | undefined => {
    const at = toTokenSeen({ "github-authentication-token-expiration": text }).ends;
    return at === undefined ? undefined : new Date(at).toISOString();
  };

  it("is when it ends, in each of GitHub's forms", () => {
    assert.equal(ends("2026-10-07 19:07:53 UTC"), "2026-10-07T19:07:53.000Z");
    assert.equal(ends("2026-10-07 19:07:53 -0500"), "2026-10-08T00:07:53.000Z");
    assert.equal(ends("soon"), undefined);
  });

  it("is nothing for a token without an end", () => {
    assert.deepEqual(toTokenSeen({ date: "Sun, 29 Nov 2026 12:00:00 GMT" }), {
      ends: undefined,
      clock: Date.parse("2026-11-29T12:00:00Z"),
    });
  });
});
