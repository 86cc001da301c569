import assert from "node:assert/strict";
import { PUBLIC_WORDS } from "@ghrunners/core/vocabulary/safety";
import { judgeGitHub } from "@ghrunners/components/preflight/judge";
import type { PreflightProblem } from "@ghrunners/components/preflight/observation";
import { atGitHub, github, inputs, online } from "./observations";

/** What is wrong, the problems it gives, the setting that is named and the words of the reason. */
const table: readonly [string, PreflightProblem[], string, RegExp][] = [
  [
    "a public repository",
    atGitHub({ repository: { value: { private: false, fullName: "octo-org/demo-app" } } }),
    "github.repository",
    new RegExp(`^octo-org/demo-app is public: .*Expected a private .*allowPublicRepository' '${PUBLIC_WORDS}'$`),
  ],
  [
    "a name that is online at GitHub",
    atGitHub({ runners: { value: [online] } }),
    "runners[1].name",
    /^a runner named two \(id 7\) is online at GitHub already\. Expected a free name\. Next: remove it there, or/,
  ],
  ["a token that may not register", atGitHub({ registration: { error: "403 y" } }), "github", /^403 y$/],
  ["a missing workflow", atGitHub({ workflow: { error: "404 z" } }), "github", /^404 z$/],
  [
    "a GitHub that refuses everything, once",
    atGitHub({
      repository: { error: "401" },
      runners: { error: "401" },
      registration: { error: "401" },
      workflow: { error: "401" },
    }),
    "github",
    /^401$/,
  ],
];

describe("the preflight of GitHub", () => {
  for (const [what, problems, setting, words] of table) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(
        problems.map((problem) => problem.setting),
        [setting],
      );
      assert.match(problems[0]?.reason ?? "", words);
    });
  }

  it("reports no problem with a private repository and free names", () => {
    assert.deepEqual(atGitHub({}), []);
  });

  it("leaves a runner alone that is offline, or that this stack has already", () => {
    assert.deepEqual(atGitHub({ runners: { value: [{ ...online, online: false }] } }), []);
    assert.deepEqual(judgeGitHub(inputs, { ...github, runners: { value: [online] } }, ["two"]), []);
  });

  it("wants the repository as GitHub spells it: case, or a rename that REST follows", () => {
    for (const fullName of ["Octo-Org/demo-app", "octo-org/renamed"]) {
      const [problem, ...others] = atGitHub({ repository: { value: { private: true, fullName } } });
      assert.deepEqual(others, []);
      assert.match(
        problem?.reason ?? "",
        new RegExp(`seen octo-org/demo-app, expected ${fullName}, .*'ghrunners:github\\.repository' ${fullName}`),
      );
    }
  });

  it("lets a public repository pass when the configuration says so", () => {
    assert.deepEqual(
      atGitHub({ repository: { value: { private: false, fullName: "octo-org/demo-app" } } }, { publicAllowed: true }),
      [],
    );
  });
});
