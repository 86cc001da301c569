import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { ofOrganization, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";

const org = `/orgs/${owner}/actions`;
const groups = `${org}/runner-groups`;
const inRepository = `/repos/${owner}/${repo}/actions`;
const register = "/_lab/runner/register";

describe("runners of an organization", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...ofOrganization("team")(seed),
      tokens: [
        ...seed.tokens,
        { sha256: sha256("repository-token"), login: "operator", permissions: { administration: "write" } },
      ],
    }));
  });
  after(() => emulator.stop());

  const status = async (method: string, call: string, body?: unknown, token?: string): Promise<number> =>
    (await emulator.rest(method, call, { body, ...(token === undefined ? {} : { token }) })).status;
  const made = async (body: object): Promise<number> => {
    const answer = await emulator.rest("POST", groups, { body });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { id: number }).id;
  };
  const names = async (call: string): Promise<string[]> => {
    const { runners } = (await (await emulator.rest("GET", call)).json()) as { runners: { name: string }[] };
    return runners.map(({ name }) => name);
  };

  it("need the organization's own permission, which its refusal names", async () => {
    for (const [method, call, wanted] of [
      ["GET", `${org}/runners`, "organization_self_hosted_runners=read"],
      ["POST", `${org}/runners/registration-token`, "organization_self_hosted_runners=write"],
      ["POST", groups, "organization_self_hosted_runners=write"],
    ] as const) {
      const refused = await emulator.rest(method, call, { token: "repository-token" });
      assert.equal(refused.status, 403);
      assert.equal(refused.headers.get("x-accepted-github-permissions"), wanted);
    }
    assert.equal(await status("GET", "/orgs/nobody/actions/runners"), 404);
  });

  it("are in the organization's list alone, and the repository's are not in it", async () => {
    const ofRepository = emulator.addRunner("of-repository");
    const shared = emulator.addRunner("shared", [], 1);
    assert.deepEqual(await names(`${org}/runners`), ["shared"]);
    assert.deepEqual(await names(`${inRepository}/runners`), ["of-repository"]);
    assert.equal(await status("GET", `${inRepository}/runners/${shared}`), 404);
    assert.equal(await status("DELETE", `${org}/runners/${ofRepository}`), 404);
  });

  it("register with a token of the organization, at its address, in a group that exists", async () => {
    const token = async (call: string): Promise<string> =>
      ((await (await emulator.rest("POST", call)).json()) as { token: string }).token;
    const ofOrg = await token(`${org}/runners/registration-token`);
    const ofRepository = await token(`${inRepository}/runners/registration-token`);
    const runner = { version: "2.336.0", labels: ["a"], defaultLabels: false, replace: true, ephemeral: false };
    const send = async (with_: string, url: string, group?: string): Promise<Response> =>
      emulator.fetch(`${emulator.url}${register}`, {
        method: "POST",
        headers: { authorization: `RemoteAuth ${with_}` },
        body: JSON.stringify({
          ...runner,
          ...{ url, name: "registered", disableUpdate: true, os: "Linux", architecture: "X64" },
          ...(group === undefined ? {} : { group }),
        }),
      });
    const at = { org: `${emulator.url}/${owner}`, repository: `${emulator.url}/${owner}/${repo}` };
    await made({ name: "Deployers", visibility: "selected", selected_repository_ids: [4711] });
    assert.equal((await send(ofRepository, at.org)).status, 404);
    assert.equal((await send(ofOrg, at.repository)).status, 404);
    for (const [with_, url] of [
      [ofOrg, at.org],
      [ofRepository, at.repository],
    ] as const) {
      const unknown = (await (await send(with_, url, "nobody")).json()) as { message: string };
      assert.equal(unknown.message, 'Could not find any self-hosted runner group named "nobody".');
    }
    const registered = await send(ofOrg, at.org, "deployers");
    assert.equal(registered.status, 201);
    assert.equal(((await registered.json()) as { groupName: string }).groupName, "Deployers");
  });

  it("get the repository's jobs only from a group that the repository may use", async () => {
    const group = await made({ name: "theirs", visibility: "selected", selected_repository_ids: [] });
    const runner = emulator.addRunner("theirs", ["theirs"], group);
    const workflow = `on: workflow_dispatch\njobs: { one: { runs-on: theirs, steps: [{ run: "true" }] } }\n`;
    writeFileSync(path.join(emulator.services.seed.workflowsDir, "theirs.yml"), workflow);
    assert.equal(await status("POST", `${inRepository}/workflows/theirs.yml/dispatches`, { ref: "main" }), 204);
    const job = () => emulator.services.store.state.actions.jobs.at(-1);
    emulator.services.presence.heard(runner);
    emulator.engine.tick();
    assert.equal(job()?.status, "queued");
    const mine = { selected_repository_ids: [4711] };
    assert.equal(await status("PUT", `${groups}/${group}/repositories`, mine), 204);
    emulator.engine.tick();
    assert.deepEqual([job()?.status, job()?.runnerName], ["in_progress", "theirs"]);
  });

  it("return to the default group when theirs is deleted, and a name is used once", async () => {
    const group = await made({ name: "short", visibility: "all" });
    const runner = emulator.addRunner("left", [], group);
    assert.equal(await status("POST", groups, { name: "SHORT" }), 409);
    assert.equal(await status("DELETE", `${groups}/${group}`), 204);
    const { runner_group_id: now } = (await (await emulator.rest("GET", `${org}/runners/${runner}`)).json()) as {
      runner_group_id: number;
    };
    assert.equal(now, 1);
    assert.equal(await status("DELETE", `${groups}/1`), 422);
  });
});

describe("runner groups where there are none", () => {
  for (const [who, change, expected] of [
    ["a person", undefined, 404],
    ["an organization on Free", ofOrganization("free"), 403],
  ] as const) {
    it(`are not made for ${who}`, async () => {
      const emulator = await TestEmulator.start(change);
      try {
        const answer = await emulator.rest("POST", groups, { body: { name: "deployers" } });
        assert.equal(answer.status, expected);
      } finally {
        await emulator.stop();
      }
    });
  }
});
