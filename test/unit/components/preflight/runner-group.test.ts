import assert from "node:assert/strict";
import { judgeRunnerGroup } from "@ghrunners/components/preflight/judge-runner-group";
import { observeRunnerGroup } from "@ghrunners/components/preflight/observe-runner-group";
import { GitHubClient } from "@ghrunners/core/github/client";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import type { RunnerGroupSeen } from "@ghrunners/core/github/runner-group";
import { ofOrganization, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";

const github = { repository: `${owner}/${repo}`, runnerGroup: "deployers" };
const kind: RepositoryKind = { private: true, owner: "organization", plan: "team", onGitHubCom: true };
const closed: RunnerGroupSeen = {
  ...{ id: 3, name: "deployers", visibility: "selected", allowsPublicRepositories: false, inherited: false },
  repositories: [github.repository],
};
const judged = (seen: Partial<RepositoryKind>, group?: RunnerGroupSeen, isKnown = false): string[] =>
  judgeRunnerGroup(github, { kind: { value: { ...kind, ...seen } }, group: { value: group } }, isKnown).map(
    ({ setting, reason }) => `${setting}: ${reason}`,
  );

describe("preflight of the runner group", () => {
  it("takes an organization with a plan that has groups, or whose plan it may not see", () => {
    for (const plan of ["team", "enterprise", undefined] as const) assert.deepEqual(judged({ plan }), []);
  });

  it("refuses a person and an organization on Free, with what to do instead", () => {
    for (const seen of [{ owner: "person" }, { plan: "free" }] as const) {
      const [problem, ...others] = judged(seen);
      assert.deepEqual(others, []);
      assert.match(problem ?? "", /^github\.runnerGroup: the repository is private, of .*GitHub Team or Enterprise/);
      assert.match(problem ?? "", /pulumi config rm --path 'ghrunners:github\.runnerGroup'/);
    }
  });

  it("takes over a group that is closed, refuses one that is not, and leaves the stack's own to the update", () => {
    assert.deepEqual(judged({}, closed), []);
    const open = { ...closed, repositories: [...closed.repositories, "octo-org/other"] };
    assert.match(judged({}, open).join(), /deployers exists already and is open to octo-org\/other: their jobs/);
    assert.match(judged({}, { ...closed, allowsPublicRepositories: true }).join(), /open to public repositories/);
    assert.deepEqual(judged({}, open, true), []);
  });

  it("reads owner and group, and reports a person's account once", async () => {
    const seenAt = async (change?: ReturnType<typeof ofOrganization>) => {
      const emulator = await TestEmulator.start(change);
      try {
        const where = { url: emulator.url, fullName: github.repository, runnerGroup: "deployers" };
        const client = new GitHubClient(where, "operator-token", { fetch: emulator.fetch as typeof fetch });
        return await observeRunnerGroup(client, "deployers", emulator.url);
      } finally {
        await emulator.stop();
      }
    };
    assert.deepEqual(judgeRunnerGroup(github, await seenAt(ofOrganization("team")), false), []);
    const person = judgeRunnerGroup(github, await seenAt(), false);
    assert.equal(person.length, 1);
    assert.match(person[0]?.reason ?? "", /of a person/);
  });
});
