import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { makeAppKey } from "@ghrunners/lab/app-key";
import { TestEmulator, onEnterprise, owner, repo } from "@ghrunners/lab/driver/emulator";

const { privateKey, publicKey } = makeAppKey();
const app = {
  id: 12,
  installationId: 34,
  slug: "operator-app",
  publicKey,
  permissions: { administration: "read", variables: "write" },
} as const;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT as GitHub's documentation describes it, but for the changes. */
function jwt(claims: object = {}, { alg = "RS256", key = privateKey } = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg, typ: "JWT" })}.${part({ iat: now - 60, exp: now + 300, iss: "12", ...claims })}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

describe("the emulator's GitHub Apps", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start((seed) => onEnterprise({ ...seed, apps: [app] }));
  });
  after(() => emulator.stop());

  const ask = async (token: string, body?: unknown, installation = 34) => {
    const answer = await emulator.rest("POST", `/app/installations/${installation}/access_tokens`, {
      token,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const refusal = async (token: string): Promise<string> => {
    const { status, body } = await ask(token);
    return `${status} ${String(body.message)}`;
  };

  it("give a token of an hour, with what the App may do", async () => {
    const { status, body } = await ask(jwt());
    assert.equal(status, 201);
    assert.deepEqual(body.permissions, app.permissions);
    const minutes = (Date.parse(String(body.expires_at)) - Date.now()) / 60_000;
    assert.ok(minutes > 58 && minutes <= 60.1, String(minutes));
    const runners = await emulator.rest("GET", `/repos/${owner}/${repo}/actions/runners`, {
      token: String(body.token),
    });
    assert.equal(runners.status, 200);
  });

  it("give a token with fewer permissions, and none with more", async () => {
    const fewer = await ask(jwt(), { permissions: { variables: "read" } });
    assert.deepEqual([fewer.status, fewer.body.permissions], [201, { variables: "read" }]);
    for (const permissions of [{ administration: "write" }, { secrets: "read" }])
      assert.equal((await ask(jwt(), { permissions })).status, 422);
    assert.equal((await ask(jwt(), { repositories: [repo] })).status, 501);
  });

  it("refuse a JWT that is not theirs, or not of now, in GitHub's words", async () => {
    const now = Math.floor(Date.now() / 1000);
    const undecodable = "401 A JSON web token could not be decoded";
    assert.equal(await refusal(jwt({}, { key: makeAppKey().privateKey })), undecodable);
    assert.equal(await refusal(jwt({}, { alg: "HS256" })), undecodable);
    assert.equal(await refusal(jwt({ exp: "soon" })), undecodable);
    assert.equal(await refusal(jwt({ iss: "13" })), "401 Integration not found");
    assert.match(await refusal(jwt({ exp: now - 1 })), /^401 'Expiration time' claim \('exp'\) must be/);
    assert.match(
      await refusal(jwt({ exp: now + 700 })),
      /^401 'Expiration time' claim \('exp'\) is too far in the future/,
    );
    assert.match(await refusal(jwt({ iat: now + 60 })), /^401 'Issued at' claim \('iat'\)/);
    assert.equal(await refusal("operator-token"), undecodable);
  });

  it("know their own installation only", async () => {
    assert.equal((await ask(jwt(), undefined, 35)).status, 404);
  });

  it("may not use a JWT in place of a token", async () => {
    const answer = await emulator.rest("GET", `/repos/${owner}/${repo}/actions/runners`, { token: jwt() });
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /Resource not accessible by integration/);
  });
});
