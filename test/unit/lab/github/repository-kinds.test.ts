import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { GitHubClient } from "@ghrunners/core/github/client";
import { features, type Offer, offerOf, type RepositoryKind } from "@ghrunners/core/github/repository-kind";
import { forkApproval, ownerPlan } from "@ghrunners/core/github/settings";
import { projectRoot } from "@ghrunners/core/project-root";
import { TestEmulator, everything, owner, repo } from "@ghrunners/lab/driver/emulator";
import type { GithubSeed } from "@ghrunners/lab/github/seed";
import { type KindOfRepository, ofKind, repositoryKinds } from "@ghrunners/lab/matrix/repository-kinds";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";

const offered = ({ type, plan, private: isPrivate }: KindOfRepository): Offer => {
  const kind: RepositoryKind = {
    private: isPrivate,
    owner: type === "User" ? "person" : "organization",
    plan,
    onGitHubCom: true,
  };
  return offerOf(kind);
};

const inRepository = `/repos/${owner}/${repo}`;
const environment = `${inRepository}/environments/production`;
const branches = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };
const ruleset = { name: "default branch", target: "branch", enforcement: "active", rules: [{ type: "deletion" }] };

/** What the emulator takes and keeps. */
async function taken(emulator: TestEmulator, github: GitHubClient): Promise<Offer> {
  const does = async (
    method: string,
    where: string,
    body: unknown,
    statuses: readonly number[],
  ): Promise<"yes" | "no"> => (statuses.includes((await emulator.rest(method, where, { body })).status) ? "yes" : "no");
  const environments = await does("PUT", environment, branches, [200]);
  const reviewers = await does("PUT", environment, { ...branches, reviewers: [{ type: "User", id: 1003 }] }, [200]);
  const rulesets = await does("POST", `${inRepository}/rulesets`, ruleset, [201]);
  await does("PUT", `${inRepository}/actions/permissions`, { enabled: true, allowed_actions: "selected" }, [204]);
  await does("PUT", `${inRepository}/actions/permissions/selected-actions`, { patterns_allowed: ["a/b@*"] }, [204]);
  const selected = await emulator.rest("GET", `${inRepository}/actions/permissions/selected-actions`);
  const { patterns_allowed: patterns } = (await selected.json()) as { patterns_allowed: string[] };
  const forks = (await forkApproval(github)) === undefined ? "no" : "yes";
  return {
    environments,
    reviewers,
    rulesets,
    actionPatterns: patterns.length === 1 ? "yes" : "no",
    forkApproval: forks,
  };
}

for (const [name, kind] of Object.entries(repositoryKinds)) {
  describe(`a repository that is ${name}`, () => {
    let emulator: TestEmulator;
    let github: GitHubClient;
    before(async () => {
      emulator = await TestEmulator.start((seed): GithubSeed => ({
        ...ofKind(seed, kind),
        tokens: [
          ...seed.tokens,
          { sha256: sha256("owners-token"), login: seed.owner.login, permissions: { ...everything, plan: "read" } },
        ],
      }));
      github = open("operator-token");
    });
    after(() => emulator.stop());

    const open = (token: string): GitHubClient =>
      new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, token, {
        fetch: emulator.fetch as typeof fetch,
      });

    it("gets what the program expects it to get", async () =>
      assert.deepEqual(await taken(emulator, github), offered(kind)));

    it("shows its owner's plan to the owner's token with the permission for it, and to no other", async () => {
      const { owner: of } = await github.repository();
      assert.equal(await ownerPlan(github, of), undefined);
      const owners = open("owners-token");
      assert.equal(await ownerPlan(owners, of), kind.plan);
    });

    it("refuses the rules of an environment even with their defaults where it has none of them", async () => {
      const body = { ...branches, wait_timer: 0, reviewers: null, prevent_self_review: false };
      const response = await emulator.rest("PUT", environment, { body });
      const { reviewers, environments } = offered(kind);
      assert.equal(response.status, reviewers === "yes" ? 200 : environments === "yes" ? 422 : 404);
    });
  });
}

it("the table in docs/reference/repository.md says what each kind of repository gets", () => {
  const document = readFileSync(path.join(projectRoot, "docs/reference/repository.md"), "utf8");
  const rows = Object.entries(repositoryKinds).map(([name, kind]) => {
    const offer = offered(kind);
    return `| ${[name, ...features.map((feature) => offer[feature])].join(" | ")} |`;
  });
  for (const row of rows) assert.ok(document.includes(row), `docs/reference/repository.md lacks this row:\n${row}`);
});
