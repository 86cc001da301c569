import assert from "node:assert/strict";
import { readScoped } from "@ghrunners/cli/drift/collect-github";
import { GitHubClient } from "@ghrunners/core/github/client";
import { removeLeftover } from "@ghrunners/core/github/leftovers";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

/** More than a page of whatever list: GitHub gives 100 entries of most at once, and 30 of variables. */
const MANY = 135;
const names = Array.from({ length: MANY }, (_, index) => `NAME_${String(index).padStart(3, "0")}`);
const environment = "production";

describe("lists that have more than one page at GitHub", function () {
  this.timeout(30_000);
  let emulator: TestEmulator;
  let github: GitHubClient;

  before(async () => {
    emulator = await TestEmulator.start();
    const options = { retries: false, fetch: emulator.fetch as typeof fetch };
    github = new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, "operator-token", options);
    const operator = await emulator.client();
    await operator.repos.createOrUpdateEnvironment({
      ...{ owner, repo, environment_name: environment },
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    const { store } = emulator.services;
    const now = store.now();
    store.change((state) => {
      for (const name of names) {
        for (const scope of [null, environment]) {
          state.variables.push({ scope, name, value: name, createdAt: now, updatedAt: now });
          state.secrets.push({ scope, name, encryptedValue: "", keyId: "1", createdAt: now, updatedAt: now });
        }
        const made = state.environments.find((known) => known.name === environment);
        made?.branchPolicies.push({ id: 1000 + names.indexOf(name), name: `release/${name}`, type: "branch" });
      }
    });
  });
  after(() => emulator.stop());

  it("show drift every variable and every secret, of the repository and of the environment", async () => {
    const { variables, secrets } = await readScoped(github, environment, true);
    for (const scope of ["repository", "environment"]) {
      const within = (all: readonly { scope: string; name: string }[]): string[] =>
        all.filter((each) => each.scope === scope).map(({ name }) => name);
      assert.deepEqual([within(variables), within(secrets)], [names, names], scope);
    }
  });

  it("let what an interrupted run left be found on the last page", async () => {
    const name = `release/${names.at(-1)}`;
    await removeLeftover(github, { kind: "branch-policy", environment, name, type: "branch" });
    const left = emulator.services.store.state.environments.find((known) => known.name === environment);
    assert.equal(
      left?.branchPolicies.some((policy) => policy.name === name),
      false,
    );
  });

  it("are as long at the emulator as GitHub's own: at most 30 variables, 10 unless asked", async () => {
    const operator = await emulator.client();
    const asked = await operator.actions.listRepoVariables({ owner, repo, per_page: 100 });
    const usual = await operator.actions.listRepoVariables({ owner, repo });
    assert.deepEqual(
      [asked.data.variables.length, usual.data.variables.length, asked.data.total_count],
      [30, 10, MANY],
    );
  });

  it("end where GitHub says so: a short page is not the last one", async () => {
    const pages = [3, 1].map((count, page) => ({
      body: { runners: Array.from({ length: count }, (_, index) => ({ name: `${page}-${index}` })) },
      headers: page === 0 ? { link: '<https://github.example/?page=2>; rel="next"' } : {},
    }));
    const fetch = (async () => {
      const { body, headers } = pages.shift() as (typeof pages)[number];
      return new Response(JSON.stringify(body), {
        headers: { "content-type": "application/json", ...headers } as Record<string, string>,
      });
    }) as typeof globalThis.fetch;
    const client = new GitHubClient({ url: "https://github.com", fullName: "octo-org/demo-app" }, "token", { fetch });
    const toNames = ({ runners }: { runners: { name: string }[] }): string[] => runners.map(({ name }) => name);
    assert.deepEqual(await client.list("list", "/actions/runners", {}, toNames), ["0-0", "0-1", "0-2", "1-0"]);
  });
});
