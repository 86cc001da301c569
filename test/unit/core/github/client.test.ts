import assert from "node:assert/strict";
import { GitHubClient } from "@ghrunners/core/github/client";
import type { GitHubAccess } from "@ghrunners/core/github/octokit";
import { NotAskedError, RequestBudget } from "@ghrunners/core/github/request-budget";
import { toRunners } from "@ghrunners/core/github/runner";

const raw = { id: 7, name: "runner-1", status: "online", busy: false, labels: [{ name: "Linux" }] };
type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A client whose GitHub gives these answers one after the other, and then the last one again and again. */
function clientOf(replies: readonly Reply[], options: Omit<GitHubAccess, "url" | "token" | "fetch"> = {}) {
  const asked: { method: string; url: string; tag: string | undefined }[] = [];
  const fetch = async (url: string, { method = "GET", headers = {} }: RequestInit = {}): Promise<Response> => {
    const { status, body = {}, headers: sent = {} } = replies[Math.min(asked.length, replies.length - 1)]!;
    asked.push({ method, url, tag: (headers as Record<string, string>)["if-none-match"] });
    const text = status === 304 ? null : JSON.stringify(body);
    return new Response(text, { status, headers: { "content-type": "application/json", ...sent } });
  };
  const where = { url: "https://acme.ghe.com", fullName: "octo-org/demo-app" };
  const client = new GitHubClient(where, "token", { ...options, fetch: fetch as unknown as typeof globalThis.fetch });
  return { client, asked };
}

describe("the GitHub client", () => {
  const list = { status: 200, body: { total_count: 1, runners: [raw] }, headers: { etag: '"one"' } };

  it("asks the API of the repository's own GitHub", async () => {
    const { client, asked } = clientOf([list]);
    assert.deepEqual(
      (await client.runners()).map(({ name, online }) => [name, online]),
      [["runner-1", true]],
    );
    assert.equal(asked[0]?.url, "https://api.acme.ghe.com/repos/octo-org/demo-app/actions/runners?per_page=100&page=1");
  });

  it("takes an answer that has not changed from memory", async () => {
    const { client, asked } = clientOf([list, { status: 304 }]);
    const first = await client.runners();
    assert.deepEqual(await client.runners(), first);
    assert.deepEqual(
      asked.map(({ tag }) => tag),
      [undefined, '"one"'],
    );
  });

  it("tries again after an error of GitHub's own, and not after a refusal or where it must not happen twice", async () => {
    const late = clientOf([{ status: 502 }, list]);
    assert.equal((await late.client.runners()).length, 1);
    assert.equal(late.asked.length, 2);
    const refused = clientOf([{ status: 403, body: { message: "Resource not accessible" } }]);
    await assert.rejects(
      refused.client.runners(),
      /^Error: GitHub refused to list the runners \(octo-org\/demo-app\): 403/,
    );
    assert.equal(refused.asked.length, 1);
    const single = clientOf([{ status: 502 }]);
    const open = single.client.once("open an issue", ({ rest }, names) => rest.issues.create({ ...names, title: "x" }));
    await assert.rejects(open, /GitHub refused to open an issue .*502/);
    assert.equal(single.asked.length, 1);
  });

  it("says how a missing workflow gets there: our own by the pull request, another one by a commit", async () => {
    const missing = (): ReturnType<typeof clientOf> => clientOf([{ status: 404, body: { message: "Not Found" } }]);
    await assert.rejects(missing().client.workflow("runner-smoke.yml"), /Next: ghrunners setup workflows --apply, or/);
    await assert.rejects(missing().client.workflow("own.yml"), /Next: commit it there, or pulumi config set/);
  });

  it("says until when before it waits for a short rate limit, and nothing where it does not wait", async () => {
    const short = { status: 429, headers: { "retry-after": "0" } };
    const said: string[] = [];
    const waits = clientOf([short, { status: 502 }, list], { say: (line) => said.push(line) });
    assert.equal((await waits.client.runners()).length, 1);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, /^GitHub's rate limit is reached: waiting until \S+Z \(1 s\)/);
    const long = clientOf([{ status: 429, headers: { "retry-after": "3600" } }], { say: (line) => said.push(line) });
    await assert.rejects(long.client.runners(), /rate limit reached/);
    const service = clientOf([short], { say: (line) => said.push(line), retries: false });
    await assert.rejects(service.client.runners(), /rate limit reached/);
    assert.equal(said.length, 1, said.join("\n"));
  });

  it("is silent within a budget once GitHub asked for silence, and counts what was answered", async () => {
    const counted: string[] = [];
    const budget = new RequestBudget({ share: 1, now: () => 1_000_000, onRequest: (status) => counted.push(status) });
    const limit = { status: 429, headers: { "retry-after": "60" } };
    const { client, asked } = clientOf([list, { status: 304 }, limit], { budget, retries: false });
    const ask = () => client.pages("/actions/runners", {}, toRunners);
    assert.deepEqual(await ask(), await ask());
    await assert.rejects(ask(), { status: 429 });
    await assert.rejects(ask(), NotAskedError);
    assert.deepEqual([asked.length, counted], [3, ["200", "304", "429"]]);
  });

  it("keeps of an answer only what is wanted", async () => {
    const { client } = clientOf([list, { status: 304 }]);
    const names = (answer: { runners: { name: string }[] }): string[] => answer.runners.map(({ name }) => name);
    for (let time = 1; time <= 2; time += 1)
      assert.deepEqual(await client.get("/actions/runners", {}, names), ["runner-1"]);
  });

  it("gives up on a request that takes too long", async () => {
    const never = ((_url: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason as Error)),
      )) as typeof fetch;
    const where = { url: "https://github.com", fullName: "octo-org/demo-app" };
    const client = new GitHubClient(where, "token", { fetch: never, limitMs: 20, retries: false });
    await assert.rejects(client.runners(), /does not answer/);
  });
});
