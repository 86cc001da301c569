import assert from "node:assert/strict";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

const base = `/repos/${owner}/${repo}`;

describe("faults of the GitHub emulator", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start();
  });
  after(() => emulator.stop());
  afterEach(() => emulator.admin("DELETE", "faults"));
  const set = (name: string, parameters = {}) => emulator.admin("PUT", `faults/${name}`, parameters);
  const status = async (method: string, call: string, body?: unknown): Promise<number> =>
    (await emulator.rest(method, call, { body })).status;

  it("down: the connection ends without an answer, the administration goes on", async () => {
    await set("down");
    await assert.rejects(emulator.rest("GET", "/meta"), /socket hang up|ECONNRESET/);
    await emulator.admin("DELETE", "faults/down");
    assert.equal(await status("GET", "/meta"), 200);
  });

  it("slow: the answer comes, later", async () => {
    await set("slow", { milliseconds: 150 });
    const started = performance.now();
    assert.equal(await status("GET", "/meta"), 200);
    assert.ok(performance.now() - started >= 145);
  });

  it("http-500: fails before anything is done, as often as asked, where it matches", async () => {
    await set("http-500", { match: "POST /api/v3/repos", count: 2 });
    const create = () => status("POST", `${base}/actions/variables`, { name: "A", value: "1" });
    assert.equal(await status("GET", base), 200);
    assert.deepEqual([await create(), await create(), await create()], [500, 500, 201]);
    assert.deepEqual(await emulator.admin("GET", "faults"), []);
  });

  it("http-500-after-commit: the write is done, the answer is lost", async () => {
    await set("http-500-after-commit", {});
    assert.equal(await status("GET", base), 200, "reads are not concerned");
    const create = () => status("POST", `${base}/actions/variables`, { name: "B", value: "1" });
    assert.deepEqual([await create(), await create()], [500, 409]);
  });

  it("repository-public: shown so while it lasts", async () => {
    const shown = async (): Promise<unknown> => {
      const { private: isPrivate, visibility } = (await (await emulator.rest("GET", base)).json()) as Record<
        string,
        unknown
      >;
      return [isPrivate, visibility];
    };
    await set("repository-public");
    assert.deepEqual(await shown(), [false, "public"]);
    await emulator.admin("DELETE", "faults/repository-public");
    assert.deepEqual(await shown(), [true, "private"]);
  });

  it("repository-renamed: requests to the former name are redirected to the number, the new one is everywhere", async () => {
    await set("repository-renamed", { to: "first" });
    await set("repository-renamed", { to: "shop" });
    const names = (await (await emulator.rest("GET", `/repos/${owner}/shop`)).json()) as Record<string, unknown>;
    assert.deepEqual([names.name, names.full_name], ["shop", `${owner}/shop`]);
    const target = `${emulator.url}/api/v3/repositories/4711/actions/variables`;
    for (const [method, code, query] of [
      ["GET", 301, "?per_page=10"],
      ["POST", 307, ""],
    ] as const) {
      const redirect = await emulator.rest(method, `${base}/actions/variables${query}`);
      assert.equal(redirect.status, code);
      assert.equal(redirect.headers.get("location"), `${target}${query}`);
      const { message, url } = (await redirect.json()) as Record<string, unknown>;
      assert.deepEqual([message, url], ["Moved Permanently", `${target}${query}`]);
    }
    assert.equal(await status("GET", "/repositories/4711/actions/variables"), 200);
    await emulator.admin("DELETE", "faults/repository-renamed");
    assert.equal(await status("GET", base), 200);
    assert.equal(await status("GET", `/repos/${owner}/shop`), 404);
  });

  it("rate-limited: 403 with nothing remaining, and when it ends", async () => {
    await set("rate-limited", { seconds: 60 });
    const response = await emulator.rest("GET", base);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("x-ratelimit-remaining"), "0");
    const left = Number(response.headers.get("x-ratelimit-reset")) - Date.now() / 1000;
    assert.ok(left > 50 && left <= 61, `${left} s left`);
    assert.match(await response.text(), /API rate limit exceeded/);
  });

  it("secondary-rate-limited: clients find Retry-After and the documentation they know it by", async () => {
    await set("secondary-rate-limited", { seconds: 7 });
    const response = await emulator.rest("GET", base);
    assert.equal(response.status, 403);
    assert.ok(Number(response.headers.get("retry-after")) <= 7);
    assert.match(
      ((await response.json()) as { documentation_url: string }).documentation_url,
      /secondary-rate-limits$/,
    );
  });

  it("token-expired and permission-removed concern one login", async () => {
    await set("token-expired", { login: "operator" });
    assert.equal(await status("GET", base), 401);
    assert.equal((await emulator.rest("GET", base, { token: "reviewer-token" })).status, 200);
    await emulator.admin("DELETE", "faults/token-expired", { login: "operator" });
    await set("permission-removed", { login: "operator", permission: "administration" });
    assert.equal(await status("GET", `${base}/actions/runners`), 403);
    assert.equal(await status("GET", `${base}/actions/runs`), 200);
    assert.equal((await emulator.rest("GET", `${base}/actions/runners`, { token: "reviewer-token" })).status, 200);
  });

  it("token-expired and permission-removed concern one of an account's tokens by its name", async () => {
    const spare = async (call: string): Promise<number> =>
      (await emulator.rest("GET", call, { token: "spare-token" })).status;
    await set("token-expired", { login: "spare" });
    assert.deepEqual([await spare(base), await status("GET", base)], [401, 200]);
    await emulator.admin("DELETE", "faults/token-expired", { login: "spare" });
    await set("permission-removed", { login: "spare", permission: "administration" });
    const runners = `${base}/actions/runners`;
    assert.deepEqual([await spare(runners), await spare(base), await status("GET", runners)], [403, 200, 200]);
  });

  it("runner-api-offline: shown offline although it is heard; both changes are events", async () => {
    const { store, presence } = emulator.services;
    const id = emulator.addRunner("liar");
    const shown = async () =>
      ((await (await emulator.rest("GET", `${base}/actions/runners/${id}`)).json()) as { status: string }).status;
    const since = store.state.eventSequence;
    assert.equal(await shown(), "online");
    await set("runner-api-offline", { name: "liar" });
    assert.equal(await shown(), "offline");
    assert.equal(presence.isConnected(id), true);
    presence.announce();
    await emulator.admin("DELETE", "faults/runner-api-offline");
    presence.announce();
    const kinds = store
      .eventsSince(since)
      .map(({ kind }) => kind)
      .filter((kind) => kind.startsWith("runner."));
    assert.deepEqual(kinds, ["runner.offline", "runner.online"]);
  });

  it("says which faults there are, and what is wrong with parameters", async () => {
    await assert.rejects(set("explode"), /404.*There is no fault.*runner-hang/s);
    await assert.rejects(set("slow", { seconds: 1 }), /400.*slow.*milliseconds/s);
    await assert.rejects(set("permission-removed", { login: "operator", permission: "everything" }), /400/);
  });

  it("outlives a restart", async () => {
    await set("slow", { milliseconds: 1 });
    emulator = await emulator.restart();
    const active = (await emulator.admin("GET", "faults")) as { name: string }[];
    assert.deepEqual(
      active.map(({ name }) => name),
      ["slow"],
    );
  });
});
