import assert from "node:assert/strict";
import fc from "fast-check";
import path from "node:path";
import { forms, parseCount, parseDeploymentId, parseVersion, pathProblems } from "@ghrunners/deploy/protocol/values";

/** What was given as a version in trials, and came through. */
const hostile = ["", " ", ".", "..", "../../../tmp/evil", "-rf", "1/2", "1\n", "1 2", "'1'", '"1"', "$(id)", "1\0"];

const x = (count: number): string => "x".repeat(count);
/** For each form: what it takes, and what is next to that and is refused. */
const boundaries: Readonly<
  Record<keyof typeof forms, readonly [takes: readonly string[], refuses: readonly string[]]>
> = {
  version: [
    ["2", "0", `1${x(63)}`, "1A.b_c+d-9"],
    ["", "a1", ".1", "-1", "1/", "1 ", " 1", `1${x(64)}`, "1\n", "1!"],
  ],
  deploymentId: [
    ["a", "0", `Z${x(62)}`, "a-B-9"],
    ["", "-a", `a${x(63)}`, "a.b", "a_b", "a ", " a", "a\n"],
  ],
  target: [
    ["a", "0", `Z${x(62)}`, "a-B.c_9"],
    ["", "-a", ".a", "_a", `a${x(63)}`, "a/b", "a ", " a"],
  ],
  application: [
    ["a", `z${x(31)}`, "a-9"],
    ["", "A", "9a", "-a", "aB", "a_b", `a${x(32)}`, "a ", " a"],
  ],
  line: [
    ["a", " a ", "é ~", x(255)],
    ["", " ", "\t", "a\n", "a\u007f", "\u0000a", "a\u001fb", x(256)],
  ],
  name: [
    ["a", "0", `Z${x(63)}`, "a b.c_d/e-9"],
    ["", " a", ".a", "/a", `a${x(64)}`, "a:b", "a\n", "-a"],
  ],
  sha256: [["0123456789abcdef".repeat(4)], ["a".repeat(63), "a".repeat(65), "A".repeat(64), `g${"a".repeat(63)}`]],
  mode: [
    ["0644", "0000", "0777"],
    ["644", "1644", "0688", "06444", "00644", "0x44", "x0644"],
  ],
  unit: [
    ["app.service", "a@1.socket", "A:b_c-9.timer", "a.b.path"],
    ["app", ".service", "app.mount", "a/b.service", "a b.service", "app.service ", " app.service", "appservice"],
  ],
  absolutePath: [
    ["/a", "/a/b", "/.a/..b/...", "/a.", "/é"],
    [
      "",
      "/",
      "a",
      "a/b",
      "/a/",
      "//a",
      "/a//b",
      "/.",
      "/..",
      "/a/.",
      "/a/..",
      "/../a",
      "/./a",
      "/a b",
      "/a\n",
      "/a\u007f",
    ],
  ],
  ownPath: [
    ["/a/b", "/a/b/c", "/.a/b"],
    ["", "/", "/a", "a/b", "/a/", "/a/b/", "/a/..", "/../b", "/a/.", "x/a/b", "/a/b c", "/a/b\u0000"],
  ],
  innerPath: [
    ["a", "a/b", "a b/c d", ".a", "..a", "a..", "..."],
    ["", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "./a", "a/./b", "a\n", "a\u0000", "a\u007f/b", "a/b\u001f"],
  ],
};

describe("each form of a value", () => {
  for (const [key, [takes, refuses]] of Object.entries(boundaries)) {
    const { pattern, what, expected } = forms[key as keyof typeof forms];
    it(`${key} takes what it means, and nothing next to it`, () => {
      for (const text of takes) assert.ok(pattern.test(text), `refuses ${JSON.stringify(text)}`);
      for (const text of refuses) assert.ok(!pattern.test(text), `takes ${JSON.stringify(text)}`);
    });
    it(`${key} says in words what it is and what it expects`, () => {
      assert.match(what, /^[a-zA-Z0-9 -]{4,}$/);
      assert.match(expected, /^\S.{10,}$/);
    });
  }
});

describe("values that come in from outside", () => {
  for (const text of [...hostile, `1${"0".repeat(64)}`])
    it(`${JSON.stringify(text.slice(0, 20))} is no version and no deployment id`, () => {
      assert.throws(() => parseVersion(text), /is not a version\. Expected a version such as 2/);
      if (text.length < 60) assert.throws(() => parseDeploymentId(text), /is not a deployment id\. Expected letters/);
    });

  it("says nothing for an empty text, and shows a long one cut", () => {
    assert.throws(() => parseVersion(""), /^TypeError: nothing is not a version/);
    assert.throws(
      () => parseVersion(x(300)),
      /^TypeError: "x{80}\.\.\." is not a version\. Expected a version such as 2/,
    );
    assert.throws(() => parseVersion(x(81)), /^TypeError: "x{80}\.\.\." is/);
    assert.throws(() => parseVersion(x(80)), /^TypeError: "x{80}" is/);
  });

  it("takes versions and ids as they are", () => {
    for (const text of ["2", "1.4.0", "2026.11-rc1+build_7"]) assert.equal(parseVersion(text), text);
    assert.equal(parseDeploymentId("20261122T081500Z-1f2e"), "20261122T081500Z-1f2e");
  });

  it("takes only whole numbers from 1 on as a token", () => {
    assert.equal(parseCount("12", "token"), 12);
    assert.equal(parseCount("9".repeat(15), "token"), 999_999_999_999_999);
    assert.throws(
      () => parseCount("9".repeat(16), "token"),
      /^TypeError: "9{16}" is not a token\. Expected a whole number/,
    );
    for (const text of ["", "0", "-1", "1.5", "1e3", "0x1", "NaN", " 1", "9".repeat(20)])
      assert.throws(() => parseCount(text, "token"), /is not a token/);
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
      assert.match(problems.join("\n"), /are inside each other/);
    for (const own of ["/opt/ghrunners", "/var/lib/ghrunners", "/run/ghrunners"])
      for (const file of [own, `${own}/x`]) {
        assert.deepEqual(plan("/opt/app/releases", "/opt/app/current", file), [
          `step "proxy": ${file} conflicts with the agent's own ${own}`,
        ]);
        assert.deepEqual(plan("/opt/app/releases", "/opt/app/current", `${own}-2`), [], "a name that begins alike");
      }
    assert.deepEqual(plan("/opt/app/releases", "/opt/app/releases"), [
      "current: /opt/app/releases and releases: /opt/app/releases are inside each other; expected separate paths",
    ]);
    const twice = [
      { kind: "file", name: "one", to: "/etc/a" },
      { kind: "unpack", name: "unpack" },
      { kind: "file", name: "two", to: "/etc/a" },
    ];
    assert.deepEqual(pathProblems({ releases: "/opt/app/releases", current: "/opt/app/current", steps: twice }), [
      'step "two": /etc/a and step "one": /etc/a are inside each other; expected separate paths',
    ]);
    assert.match(plan("/var/lib/ghrunners/deploy", "/opt/app/current").join(), /agent's own \/var\/lib\/ghrunners/);
    assert.match(plan("/opt/app/r", "/opt/app/current", "/opt").join("\n"), /agent's own \/opt\/ghrunners/);
  });
});
