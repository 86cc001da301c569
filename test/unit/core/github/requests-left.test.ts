import assert from "node:assert/strict";
import { refuseWithoutRequests } from "@ghrunners/core/github/requests-left";

const now = Date.parse("2026-01-01T12:00:00Z");
const left = (remaining: number, limit = 5000, resetIn = 3600): string | undefined =>
  refuseWithoutRequests({ remaining, limit, reset: now / 1000 + resetIn }, now);

describe("what is left of GitHub's rate limit", () => {
  it("is enough from a hundred requests on", () => {
    assert.equal(left(100), undefined);
    assert.equal(left(5000), undefined);
  });

  it("is too little below: what was seen, until when, what was expected, and what comes next", () =>
    assert.match(
      left(99) ?? "",
      /seen 99 of 5000 requests left until 2026-01-01T13:00:00\.000Z, expected at least 100\. .*Next: the same command again after 2026-01-01T13:00:00\.000Z/,
    ));

  it("is enough where the whole limit is smaller and untouched", () => {
    assert.equal(left(60, 60), undefined);
    assert.match(left(59, 60) ?? "", /seen 59 of 60 .* expected at least 60\./);
  });

  it("says nothing once its hour is over", () => assert.equal(left(0, 5000, 0), undefined));
});
