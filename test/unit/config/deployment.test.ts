import assert from "node:assert/strict";
import { crossCheck } from "@ghrunners/config/cross-checks";
import { deployment } from "@ghrunners/config/deployment";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import { repository } from "@ghrunners/config/repository";
import { safety } from "@ghrunners/config/safety";
import { problemsOf } from "./support/settings";

const paths = (environment: string, group: unknown, words: Record<string, unknown> = {}): string[] =>
  crossCheck(
    { deployment: group === undefined ? undefined : deployment.parse(group), safety: safety.parse(words) },
    environment,
  ).map(({ path }) => path);

describe("configuration of the deployment environment", () => {
  it("is closed by default: no self-review, no bypass", () => {
    const { preventSelfReview, adminsCanBypass, reviewers, waitMinutes } = deployment.parse({});
    assert.deepEqual([preventSelfReview, adminsCanBypass, reviewers, waitMinutes], [true, false, [], 0]);
  });

  it("needs a branch or a tag", () => {
    assert.deepEqual(paths("staging", {}), ["deployment.branches"]);
    assert.deepEqual(paths("staging", { branches: ["main"] }), []);
    assert.deepEqual(paths("staging", { tags: ["v*"] }), []);
    assert.deepEqual(paths("staging", undefined), []);
  });

  it("needs a reviewer in production, unless the configuration says otherwise in words", () => {
    const { setting, words } = guardOverrides["production-reviewed"];
    const unreviewed = { branches: ["main"] };
    assert.deepEqual(paths("production", unreviewed), ["deployment.reviewers"]);
    assert.deepEqual(paths("production", undefined), ["deployment.reviewers"]);
    assert.deepEqual(paths("production", { ...unreviewed, reviewers: ["octocat"] }), []);
    assert.deepEqual(paths("production", unreviewed, { [setting]: words }), []);
    assert.deepEqual(paths("staging", unreviewed), []);
  });

  it("takes whole numbers and truth values among variables as the text that was typed", () => {
    const typed = { HTTP_PORT: 8080, DEBUG: true, VERSION: "1.10" };
    assert.deepEqual(deployment.parse({ variables: typed }).variables, {
      HTTP_PORT: "8080",
      DEBUG: "true",
      VERSION: "1.10",
    });
  });

  it("says to quote a number that YAML has shortened", () => {
    const [problem, ...more] = problemsOf({ deployment: { branches: ["main"], variables: { VERSION: 1.1 } } });
    assert.deepEqual(
      [problem, more],
      [
        {
          path: "deployment.variables.VERSION",
          seen: "1.1",
          allowed:
            "text of at most 48 KiB, a whole number, true or false; quote every other number in the stack's file",
        },
        [],
      ],
    );
  });

  it("takes a name as people have it", () => {
    for (const name of ["live", "Production - shop", "Production \u2013 shop", "review/42", "x".repeat(255)])
      assert.equal(deployment.parse({ name }).name, name);
  });

  for (const [what, group] of Object.entries({
    "a seventh reviewer": { reviewers: ["a", "b", "c", "d", "e", "f", "g"] },
    "a login that GitHub would not give out": { reviewers: ["-octocat"] },
    "31 days of waiting": { waitMinutes: 44_640 },
    "a ref in place of a branch": { branches: ["refs/heads/main"] },
    "a lower-case variable": { variables: { url: "https://example" } },
    "a reserved variable": { variables: { GITHUB_URL: "https://example" } },
    "a number that YAML has shortened, such as 1.10": { variables: { VERSION: 1.1 } },
    "a variable that is too long": { variables: { LONG: "x".repeat(48 * 1024 + 1) } },
    "a name with a colon": { name: "a:b" },
    "a name of two lines": { name: "Production\nshop" },
    "a name that ends in a blank": { name: "Production " },
    "a name of 256 characters": { name: "x".repeat(256) },
  })) {
    it(`refuses rules of a repository with ${what}`, () => assert.equal(deployment.safeParse(group).success, false));
  }
});

describe("configuration of the repository", () => {
  it("is not managed by default, and strict if it is", () => {
    const { manage, requiredApprovals, codeOwners, allowedActions, oidcClaims } = repository.parse({});
    assert.deepEqual(
      [manage, requiredApprovals, codeOwners, allowedActions, oidcClaims],
      [false, 1, true, undefined, []],
    );
  });

  for (const [what, group] of Object.entries({
    "an action without owner": { allowedActions: ["checkout@v4"] },
    "a claim with blanks": { oidcClaims: ["job workflow"] },
    "eleven approvals": { requiredApprovals: 11 },
  })) {
    it(`refuses rules of a repository with ${what}`, () => assert.equal(repository.safeParse(group).success, false));
  }
});
