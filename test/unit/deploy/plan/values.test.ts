import assert from "node:assert/strict";
import fc from "fast-check";
import path from "node:path";
import { forms, parseCount, parseDeploymentId, parseVersion, pathProblems } from "@ghrunners/deploy/protocol/values";

/** What was given as a version in trials, and came through. */
const hostile = ["", " ", ".", "..", "../../../tmp/evil", "-rf", "1/2", "1\n", "1 2", "'1'", '"1"', "$(id)", "1\0"];

describe("values that come in from outside", () => {
  for (const text of [...hostile, `1${"0".repeat(64)}`])
    it(`${JSON.stringify(text.slice(0, 20))} is no version and no deployment id`, () => {
      assert.throws(() => parseVersion(text), /is no version\. Expected a version such as 2/);
      if (text.length < 60) assert.throws(() => parseDeploymentId(text), /is no deployment id\. Expected letters/);
    });

  it("says nothing for an empty text, and shows a long one cut", () => {
    assert.throws(() => parseVersion(""), /^TypeError: nothing is no version/);
    assert.throws(() => parseVersion("x".repeat(300)), /x{80}\.\.\./);
  });

  it("takes versions and ids as they are", () => {
    for (const text of ["2", "1.4.0", "2026.11-rc1+build_7"]) assert.equal(parseVersion(text), text);
    assert.equal(parseDeploymentId("20261122T081500Z-1f2e"), "20261122T081500Z-1f2e");
  });

  it("takes only whole numbers from 1 on as a token", () => {
    assert.equal(parseCount("12", "token"), 12);
    for (const text of ["", "0", "-1", "1.5", "1e3", "0x1", "NaN", " 1", "9".repeat(20)])
      assert.throws(() => parseCount(text, "token"), /is no token/);
  });

  it("never takes a path that leaves its folder, or is the folder itself", () => {
    const segment = fc.oneof(fc.constantFrom("..", ".", "", "a", "b c", "...", ".x"), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const text = segments.join("/");
        if (forms.innerPath.pattern.test(text)) {
          const file = path.join("/release", text);
          assert.ok(file.startsWith("/release/") && file === `/release/${text}`, text);
        }
        for (const { pattern } of [forms.absolutePath, forms.ownPath])
          if (pattern.test(`/${text}`)) assert.equal(path.resolve("/", `/${text}`), `/${text}`);
        assert.equal(forms.ownPath.pattern.test(`/${segments[0] ?? ""}`.replace(/(?<=.)\/.*$/, "")), false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("knows paths of a plan that lie in each other, or in the agent's way", () => {
    const plan = (releases: string, current: string, to = "/etc/site.conf"): string[] =>
      pathProblems({ releases, current, steps: [{ kind: "file", name: "proxy", to }] });
    assert.deepEqual(plan("/opt/app/releases", "/opt/app/current"), []);
    for (const problems of [
      plan("/opt/app/releases", "/opt/app/releases"),
      plan("/opt/app/releases", "/opt/app/releases/current"),
      plan("/opt/app/current/releases", "/opt/app/current"),
      plan("/opt/app/releases", "/opt/app/current", "/opt/app/releases/1/site.conf"),
      plan("/opt/app/releases", "/opt/app/current", "/opt/app"),
    ])
      assert.match(problems.join("\n"), /lie in each other/);
    assert.match(plan("/var/lib/ghrunners/deploy", "/opt/app/current").join(), /agent's own \/var\/lib\/ghrunners/);
    assert.match(plan("/opt/app/r", "/opt/app/current", "/opt").join("\n"), /agent's own \/opt\/ghrunners/);
  });
});
