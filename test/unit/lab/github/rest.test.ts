import assert from "node:assert/strict";
import { TestEmulator, everything, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { seal } from "@ghrunners/lab/driver/seal";

const base = `/repos/${owner}/${repo}`;
const message = async (response: Response): Promise<string> => ((await response.json()) as { message: string }).message;

describe("GitHub's REST API in the lab", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...onEnterprise(seed),
      tokens: [
        ...seed.tokens,
        { sha256: sha256("reader"), login: "reviewer", permissions: { administration: "read", actions: "read" } },
        { sha256: sha256("old"), login: "operator", permissions: everything, expiresAt: "2020-01-01T00:00:00Z" },
        { sha256: sha256("ending"), login: "operator", permissions: everything, expiresAt: "2099-01-02T03:04:05Z" },
      ],
    }));
  });
  after(() => emulator.stop());
  const rest: TestEmulator["rest"] = (...args) => emulator.rest(...args);

  describe("who may do what", () => {
    it("refuses no token, an unknown one and one that is expired", async () => {
      for (const [token, words] of [
        ["", "Requires authentication"],
        ["nobody", "Bad credentials"],
        ["old", "Bad credentials"],
      ] as const) {
        const response = await rest("GET", "/user", { token });
        assert.deepEqual([response.status, await message(response)], [401, words]);
      }
    });

    it("names the end of a token that has one in each answer", async () => {
      const name = "github-authentication-token-expiration";
      assert.equal((await rest("GET", "/user", { token: "ending" })).headers.get(name), "2099-01-02 03:04:05 UTC");
      assert.equal((await rest("GET", "/user")).headers.get(name), null);
    });

    it("takes every form of the Authorization header", async () => {
      const basic = Buffer.from("x:operator-token").toString("base64");
      for (const authorization of ["token operator-token", "bearer operator-token", `Basic ${basic}`]) {
        const response = await rest("GET", "/user", { token: "", headers: { authorization } });
        assert.equal(((await response.json()) as { login: string }).login, "operator", authorization);
      }
    });

    it("lets a token read that may only read, and says which permission a write needs", async () => {
      assert.equal((await rest("GET", `${base}/actions/runners`, { token: "reader" })).status, 200);
      const response = await rest("POST", `${base}/actions/runners/registration-token`, { token: "reader" });
      assert.equal(response.status, 403);
      assert.equal(response.headers.get("x-accepted-github-permissions"), "administration=write");
      assert.equal(await message(response), "Resource not accessible by personal access token");
      assert.equal((await rest("GET", `${base}/actions/secrets`, { token: "reader" })).status, 403);
    });

    it("does not know other repositories", async () => {
      for (const path of ["/repos/octo-org/other", "/repositories/1", "/orgs/octo-org", "/orgs/nobody"]) {
        const response = await rest("GET", path);
        assert.deepEqual([response.status, await message(response)], [404, "Not Found"], path);
      }
      assert.equal((await rest("GET", `/repos/OCTO-ORG/Demo-App`)).status, 200);
    });

    it("says of what is not modelled that it is not, and never that it is not found", async () => {
      for (const [method, path] of [
        ["GET", "/nothing"],
        ["GET", `${base}/actions/caches`],
        ["POST", `${base}/hooks`],
        ["PATCH", `${base}/actions/runners`],
        ["GET", "/repositories/1/hooks"],
      ] as const) {
        const response = await rest(method, path);
        assert.equal(response.status, 501, path);
        assert.equal(
          await message(response),
          `${method} /api/v3${path} is not modelled by the lab's GitHub emulator; see lab/github/README.md.`,
        );
      }
      for (const path of ["/api/graphql", "/octo-org/demo-app/info/lfs/locks"]) {
        assert.equal((await emulator.fetch(`${emulator.url}${path}`)).status, 501, path);
      }
    });

    it("answers by the repository's number too", async () => {
      const variables = await rest("GET", "/repositories/4711/actions/variables?per_page=10");
      assert.equal(variables.status, 200);
      assert.equal(((await (await rest("GET", "/repositories/4711")).json()) as { name: string }).name, "demo-app");
    });
  });

  describe("runners", () => {
    it("keeps default labels and refuses to remove them", async () => {
      const id = emulator.addRunner("labels", ["production"]);
      const labels = async (response: Response): Promise<string[]> =>
        ((await response.json()) as { labels: { name: string }[] }).labels.map(({ name }) => name);
      const runner = `${base}/actions/runners/${id}`;
      const set = await rest("PUT", `${runner}/labels`, { body: { labels: ["a", "A", "linux"] } });
      assert.deepEqual(await labels(set), ["self-hosted", "Linux", "X64", "a"]);
      assert.equal((await rest("DELETE", `${runner}/labels/linux`)).status, 422);
      assert.equal((await rest("DELETE", `${runner}/labels/other`)).status, 404);
      assert.deepEqual(await labels(await rest("DELETE", `${runner}/labels/A`)), ["self-hosted", "Linux", "X64"]);
    });

    it("does not delete a runner that has a job", async () => {
      const id = emulator.addRunner("busy");
      await emulator.admin("PUT", "faults/runner-ghost-busy", { name: "busy" });
      const refused = await rest("DELETE", `${base}/actions/runners/${id}`);
      assert.equal(refused.status, 422);
      assert.match(await message(refused), /"busy" is still running a job/);
      await emulator.admin("DELETE", "faults/runner-ghost-busy", { name: "busy" });
      assert.equal((await rest("DELETE", `${base}/actions/runners/${id}`)).status, 204);
      assert.equal((await rest("GET", `${base}/actions/runners/${id}`)).status, 404);
    });

    it("finds by name, and pages with links to follow", async () => {
      for (let number = 0; number < 5; number += 1) emulator.addRunner(`page-${number}`);
      const one = (await (await rest("GET", `${base}/actions/runners?name=page-3`)).json()) as { total_count: number };
      assert.equal(one.total_count, 1);
      const client = await emulator.client();
      const paged = await client.paginate(client.actions.listSelfHostedRunnersForRepo, { owner, repo, per_page: 2 });
      const { total_count: total } = (await (await rest("GET", `${base}/actions/runners`)).json()) as {
        total_count: number;
      };
      assert.equal(paged.length, total);
      assert.equal(new Set(paged.map(({ id }) => id)).size, total);
    });

    it("accepts a registration token for its own purpose, for an hour", async () => {
      const response = await rest("POST", `${base}/actions/runners/registration-token`);
      const { token, expires_at } = (await response.json()) as { token: string; expires_at: string };
      const { runnerTokens, store } = emulator.services;
      assert.equal(runnerTokens.accepts(token, "registration"), true);
      assert.equal(runnerTokens.accepts(token, "remove"), false);
      assert.ok(Math.abs(Date.parse(expires_at) - store.clock.now() - 3_600_000) < 5_000);
      assert.ok(!JSON.stringify(store.state).includes(token), "only the hash is kept");
    });
  });

  describe("environments, secrets, variables", () => {
    const environment = `${base}/environments/eu%2Fprod`;

    it("keeps a slash in a name, and everything that was set", async () => {
      const body = {
        wait_timer: 30,
        can_admins_bypass: false,
        prevent_self_review: true,
        reviewers: [{ type: "User", id: 1003 }],
      };
      assert.equal((await rest("PUT", environment, { body })).status, 200);
      const read = (await (await rest("GET", environment)).json()) as {
        name: string;
        can_admins_bypass: boolean;
        protection_rules: { type: string; reviewers?: { reviewer: { login: string } }[] }[];
      };
      assert.deepEqual([read.name, read.can_admins_bypass], ["eu/prod", false]);
      assert.deepEqual(
        read.protection_rules.map(({ type }) => type),
        ["wait_timer", "required_reviewers"],
      );
      assert.equal(read.protection_rules[1]?.reviewers?.[0]?.reviewer.login, "reviewer");
    });

    it("refuses requests that GitHub refuses", async () => {
      const seven = Array.from({ length: 7 }, () => ({ type: "User", id: 1003 }));
      const both = { protected_branches: true, custom_branch_policies: true };
      for (const body of [
        { reviewers: seven },
        { reviewers: [{ type: "Team", id: 1 }] },
        { deployment_branch_policy: both },
        { wait_timer: 43_201 },
        { wait_timer: "soon" },
      ]) {
        assert.equal((await rest("PUT", `${base}/environments/refused`, { body })).status, 422, JSON.stringify(body));
      }
      assert.equal((await rest("GET", `${base}/environments/refused`)).status, 404, "nothing half-made");
      const policy = await rest("POST", `${environment}/deployment-branch-policies`, { body: { name: "main" } });
      assert.equal(policy.status, 404, "policies need custom policies on");
    });

    it("opens sealed secrets only for proof, by either address of the repository", async () => {
      const byId = `/repositories/4711/environments/eu%2Fprod/secrets`;
      const { key, key_id } = (await (await rest("GET", `${byId}/public-key`)).json()) as {
        key: string;
        key_id: string;
      };
      const body = { key_id, encrypted_value: await seal(key, "correct horse") };
      assert.equal((await rest("PUT", `${byId}/PASSWORD`, { body })).status, 201);
      assert.equal((await rest("PUT", `${environment}/secrets/password`, { body })).status, 204);
      assert.equal((await rest("PUT", `${byId}/PASSWORD`, { body: { ...body, key_id: "1" } })).status, 422);
      const shown = await (await rest("GET", `${environment}/secrets`)).text();
      assert.ok(!shown.includes("horse"));
      const { secrets } = (await emulator.admin("GET", "secrets?environment=eu/prod")) as {
        secrets: { name: string; sha256: string }[];
      };
      assert.deepEqual(
        secrets.map(({ name, sha256: hash }) => [name, hash]),
        [["PASSWORD", sha256("correct horse")]],
      );
    });

    it("has each variable once, whatever the case, and takes them along when the environment goes", async () => {
      const body = { name: "region", value: "eu" };
      assert.equal((await rest("POST", `${environment}/variables`, { body })).status, 201);
      const again = await rest("POST", `${environment}/variables`, { body: { ...body, name: "REGION" } });
      assert.deepEqual([again.status, await message(again)], [409, "Already exists - Variable already exists"]);
      assert.equal(
        (await rest("POST", `${environment}/variables`, { body: { name: "GITHUB_X", value: "" } })).status,
        422,
      );
      assert.equal((await rest("DELETE", environment)).status, 204);
      assert.equal((await rest("PUT", environment, { body: {} })).status, 200);
      const left = (await (await rest("GET", `${environment}/variables`)).json()) as { total_count: number };
      assert.equal(left.total_count, 0);
    });

    it("names what is wrong with a body", async () => {
      const missing = await rest("POST", `${base}/actions/variables`, { body: { name: "A" } });
      assert.match(await message(missing), /"value" wasn't supplied/);
      const wrong = await rest("POST", `${base}/actions/variables`, { body: { name: "A", value: 1 } });
      assert.match(await message(wrong), /For 'properties\/value', 1 is not a string/);
      const broken = await emulator.fetch(`${emulator.url}/api/v3${base}/actions/variables`, {
        method: "POST",
        headers: { authorization: "Bearer operator-token" },
        body: "{",
      });
      assert.deepEqual([broken.status, await message(broken)], [400, "Problems parsing JSON"]);
    });
  });

  describe("conditional requests and limits", () => {
    it("answers 304 to a known ETag, without counting it", async () => {
      const first = await rest("GET", `${base}/actions/runners`);
      const etag = first.headers.get("etag") ?? "";
      const second = await rest("GET", `${base}/actions/runners`, { headers: { "if-none-match": etag } });
      assert.deepEqual([second.status, await second.text()], [304, ""]);
      assert.equal(second.headers.get("x-ratelimit-used"), first.headers.get("x-ratelimit-used"));
      emulator.addRunner("etag");
      const third = await rest("GET", `${base}/actions/runners`, { headers: { "if-none-match": etag } });
      assert.equal(third.status, 200);
      assert.equal(Number(third.headers.get("x-ratelimit-used")), Number(first.headers.get("x-ratelimit-used")) + 1);
    });

    it("counts requests as GitHub does, and renews the allowance instead of refusing", async () => {
      const remaining: number[] = [];
      for (let count = 0; count < 62; count += 1) {
        const response = await rest("GET", "/meta", { token: "" });
        assert.deepEqual([response.status, response.headers.get("x-ratelimit-limit")], [200, "60"]);
        remaining.push(Number(response.headers.get("x-ratelimit-remaining")));
      }
      const steps = remaining.slice(1).map((left, index) => left - (remaining[index] ?? 0));
      assert.deepEqual([...new Set(steps)].sort(), [-1, 52].sort(), "one less each time, and once from 7 back to 59");
      assert.ok(Math.min(...remaining) > 5, "few would stop clients");
    });
  });
});
