import assert from "node:assert/strict";
import { judgeAll } from "@ghrunners/cli/doctor/check";
import { checksFor } from "@ghrunners/cli/doctor/checks/all";
import { found, github, heal, ofGate, ofPolicy, refusal, tellsEach } from "./changed";
import { at, choiceOf, healthy, inDays } from "./facts";

/** An Enterprise Server with these machines in `runs-on`, by workflow. */
const onServer = (runsOn: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>> = {}) =>
  github({
    server: { value: "3.17.1" },
    machines: { value: variables },
    workflows: {
      value: {
        needs: Object.fromEntries(
          Object.entries(runsOn).map(([file, text]) => [file, { machines: [text], actions: [], variables: {} }]),
        ),
        unread: [],
      },
    },
  });

const open = { actions: "all", allowed: "all", ownRunners: true } as const;

describe("the doctor's check of what may run in the repository", () => {
  tellsEach([
    [
      "Actions that an organization turned off",
      ofPolicy({
        repository: { value: { enabled: false, allowed: undefined } },
        organization: { value: { ...open, actions: "none", allowed: undefined } },
      }),
      "problem github-actions",
      /an owner of the organization allows it/,
    ],
    [
      "runners that an organization forbids",
      ofPolicy({ organization: { value: { ...open, ownRunners: false } } }),
      "problem github-actions",
      /github\.runnerGroup/,
    ],
    [
      "actions that an organization selects",
      ofPolicy({ organization: { value: { ...open, allowed: "selected" } } }),
      "warning github-actions",
      /an owner allows all actions/,
    ],
    ["GitHub's failure", ofPolicy({ organization: refusal(500) }), "unknown github-actions", /do this/],
  ]);

  const seen = (changes: Parameters<typeof ofPolicy>[0]): string => {
    const facts = ofPolicy(changes);
    assert.deepEqual(found(facts), []);
    return judgeAll(checksFor(facts)).find(({ id }) => id === "github-actions")?.seen ?? "";
  };

  it("says what it cannot know, without calling it a problem", () => {
    assert.match(seen({ organization: { value: undefined } }), /organization forbids is not known: the token may not/);
    assert.match(seen({ repository: refusal(403) }), /not known: the token may not read/);
  });

  it("says what may run", () => {
    assert.equal(seen({}), "Actions is on, and only listed actions may run");
    assert.equal(
      seen({ repository: { value: { enabled: true, allowed: "all" } }, organization: undefined }),
      "Actions is on, and every action may run",
    );
  });
});

describe("the doctor's checks of GitHub", () => {
  tellsEach([
    [
      "a limit of GitHub that does not come from the token",
      {
        ...healthy(),
        github: {
          ...healthy().github,
          left: undefined,
          asked: { ...healthy().asked, token: { error: "rate limit reached. Next: do this" } },
        },
      },
      "unknown github-token",
      /do this/,
    ],
    ["an expired GitHub token", github({ token: refusal(401) }), "problem github-token", /do this/],
    [
      "a GitHub token of ten days",
      github({ token: { value: { ends: inDays(10), clock: at.getTime() } } }),
      "warning github-token",
      /githubToken/,
    ],
    [
      "a GitHub token of five days",
      github({ token: { value: { ends: inDays(5), clock: at.getTime() } } }),
      "problem github-token",
      /githubToken/,
    ],
    [
      "GitHub's own failure",
      {
        ...healthy(),
        github: { ...healthy().github, left: undefined, asked: { ...healthy().asked, token: refusal(500) } },
      },
      "unknown github-token",
      /do this/,
    ],
    [
      "a used-up rate limit",
      {
        ...healthy(),
        github: {
          ...healthy().github,
          left: { remaining: 0, limit: 5000, reset: at.getTime() / 1000 + 900 },
          asked: undefined,
        },
      },
      "problem github-rate-limit",
      /the same command again after/,
    ],
    [
      "a clock that is behind",
      github({ token: { value: { ends: undefined, clock: at.getTime() + 600_000 } } }),
      "problem github-clock",
      /timedatectl/,
    ],
    [
      "a repository that is not there",
      github({ seen: { ...healthy().asked.seen, repository: refusal(404) } }),
      "problem github-repository",
      /do this/,
    ],
    [
      "a public repository",
      github({
        seen: { ...healthy().asked.seen, repository: { value: { private: false, fullName: "octo-org/demo-app" } } },
      }),
      "problem github-repository",
      /./,
    ],
    ["a permission that lacks", github({ runners: refusal(403) }), "problem github-runners", /do this/],
    [
      "no smoke workflow",
      github({ seen: { ...healthy().asked.seen, workflow: refusal(404) } }),
      "problem github-smoke-workflow",
      /do this/,
    ],
    [
      "a workflow of another text",
      github({ files: { value: { ".github/workflows/deploy.yml": "c3" } } }),
      "warning github-workflows",
      /ghrunners setup workflows/,
    ],
    [
      "a workflow of another text that no pull request of ours brings",
      github({ files: { value: { ".github/workflows/drift.yml": "c3" } } }),
      "warning github-workflows",
      /git diff origin\/HEAD -- \.github\/workflows\/drift\.yml/,
    ],
    [
      "files that the token may not read",
      github({ files: refusal(403) }),
      "warning github-workflows",
      /Contents: read/,
    ],
    [
      "a plan without reviewers",
      github({
        deployment: {
          value: {
            kind: { value: { private: true, owner: "organization", plan: "team", onGitHubCom: true } },
            writers: undefined,
            reviewers: [{ value: true }],
            permissions: [],
            gate: { value: undefined },
            policy: { repository: { value: { enabled: true, allowed: "all" } }, organization: undefined },
          },
        },
      }),
      "problem github-settings,problem github-settings",
      /change the plan/,
    ],
    [
      "an Enterprise Server on which the gate has no machine",
      ofGate({ value: { server: "3.17.1", variable: undefined } }),
      "problem github-gate",
      /^GH_HOST=198\.51\.100\.2 gh variable set GATE_RUNNER --repo octo-org\/demo-app --body /,
    ],
    [
      "an Enterprise Server on which the gate runs on what it judges",
      ofGate({ value: { server: "3.17.1", variable: '["self-hosted"]' } }),
      "problem github-gate",
      /^GH_HOST=198\.51\.100\.2 gh variable set GATE_RUNNER --repo octo-org\/demo-app --body /,
    ],
    ["an Enterprise Server that does not show its variables", ofGate(refusal(403)), "problem github-gate", /do this/],
    [
      "an Enterprise Server without a machine for what delivers",
      onServer({ "drift.yml": "${{ fromJSON(vars.DELIVERY_RUNNER || '[\"ubuntu-24.04\"]') }}" }),
      "problem github-machines",
      /^GH_HOST=198\.51\.100\.2 gh variable set DELIVERY_RUNNER --repo octo-org\/demo-app --body /,
    ],
    [
      "an Enterprise Server with a workflow for GitHub's machines",
      onServer({ "ci.yml": "ubuntu-latest" }, { DELIVERY_RUNNER: '["own"]' }),
      "problem github-machines",
      /labels of a runner of your own/,
    ],
    [
      "an Enterprise Server that does not show its workflows",
      github({ server: { value: "3.17.1" }, workflows: refusal(500) }),
      "unknown github-machines",
      /do this/,
    ],
    ["no environment", github({ environment: { value: null } }), "problem github-environment", heal],
    [
      "an expired choice",
      github({ choice: { value: choiceOf("primary", -1) } }),
      "problem github-choice",
      /ghrunners gate/,
    ],
    [
      "a choice of the secondary",
      github({ choice: { value: choiceOf("secondary") } }),
      "warning github-choice",
      /ghrunners gate/,
    ],
    ["a choice of no runner", github({ choice: { value: choiceOf(null) } }), "problem github-choice", /ghrunners gate/],
  ]);

  it("find a machine for every job where its variable or a runner of one's own has the label", () => {
    const own = healthy().asked.runners;
    assert.ok("value" in own);
    const labels = own.value[0]?.labels[0] ?? "";
    assert.deepEqual(
      found(
        onServer(
          { "drift.yml": "${{ fromJSON(vars.DELIVERY_RUNNER || '[\"ubuntu-24.04\"]') }}" },
          { DELIVERY_RUNNER: '["own"]' },
        ),
      ),
      [],
    );
    assert.deepEqual(found(onServer({ "deploy.yml": labels, "gate.yml": "${{ fromJSON(inputs.labels) }}" })), []);
  });
});
