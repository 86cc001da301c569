import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { appIn, isCredential } from "@ghrunners/core/github/credential";
import { RequestBudget } from "@ghrunners/core/github/request-budget";
import { GitHubClient } from "@ghrunners/core/github/client";
import { requestsLeft } from "@ghrunners/core/github/requests-left";
import { makeAppKey } from "@ghrunners/lab/app-key";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

const { privateKey, publicKey } = makeAppKey();
const credential = (changes: object = {}): string =>
  JSON.stringify({ appId: 12, installationId: 34, privateKey, ...changes });

describe("a credential for GitHub", () => {
  it("is a token, or an App with the RSA key that GitHub gave out", () => {
    assert.deepEqual(["github_pat_1234", credential()].map(isCredential), [true, true]);
    assert.equal(appIn("github_pat_1234"), undefined);
    assert.deepEqual(appIn(credential()), { appId: 12, installationId: 34, privateKey });
  });

  it("is neither where a part is missing, of another form, or no RSA key", () => {
    const curve = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
    const wrong = [
      "",
      "short",
      "two words here",
      "{",
      "{}",
      credential({ appId: 0 }),
      credential({ installationId: "34" }),
      credential({ privateKey: "-----BEGIN RSA PRIVATE KEY-----" }),
      credential({ privateKey: curve }),
      credential({ more: true }),
    ];
    assert.deepEqual(
      wrong.filter((text) => isCredential(text)),
      [],
    );
  });

  it("is refused without any part of it in the message", () => {
    const broken = credential({ appId: "twelve" });
    assert.throws(
      () => appIn(broken),
      (error: Error) => {
        assert.match(error.message, /^The credential for GitHub cannot be used\. Expected a token without blanks, or/);
        assert.ok(!error.message.includes("twelve"));
        return true;
      },
    );
  });
});

describe("a client that is a GitHub App", () => {
  let emulator: TestEmulator;
  before(async () => {
    const app = { id: 12, installationId: 34, slug: "operator-app", publicKey } as const;
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      apps: [{ ...app, permissions: { administration: "read", metadata: "read" } }],
    }));
  });
  after(() => emulator.stop());
  const client = (text: string): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, text, {
      fetch: emulator.fetch as typeof fetch,
      retries: false,
    });
  const tokensAsked = (): number =>
    emulator.exchanges.filter(({ url }) => url.pathname.endsWith("/access_tokens")).length;

  it("asks for one token and uses it for all its requests", async () => {
    const app = client(credential());
    const before = tokensAsked();
    await app.repository();
    assert.deepEqual(await app.runners(), []);
    assert.equal(tokensAsked() - before, 1);
  });

  it("has a share of the rate limit of its own", async () => {
    const fetch = globalThis.fetch;
    globalThis.fetch = emulator.fetch as typeof fetch;
    try {
      const left = await requestsLeft(emulator.url, credential());
      assert.ok(left !== undefined && left.remaining > 0 && left.limit === 5000);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it("asks for its token four times at most where GitHub has an error, not again for each attempt of a request", async () => {
    await emulator.admin("PUT", "faults/http-500", { match: "access_tokens", count: 100 });
    try {
      const app = new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, credential(), {
        fetch: emulator.fetch as typeof fetch,
      });
      const before = tokensAsked();
      await assert.rejects(app.runners(), /500/);
      assert.equal(tokensAsked() - before, 4);
    } finally {
      await emulator.admin("DELETE", "faults/http-500");
    }
  });

  it("counts a refused token once in a service's budget", async () => {
    const heard: string[] = [];
    const budget = new RequestBudget({ share: 0.5, now: Date.now, onRequest: (status) => heard.push(status) });
    const app = new GitHubClient(
      { url: emulator.url, fullName: `${owner}/${repo}` },
      credential({ installationId: 35 }),
      {
        fetch: emulator.fetch as typeof fetch,
        retries: false,
        budget,
      },
    );
    await assert.rejects(app.runners(), /401/);
    assert.deepEqual(heard, ["404"]);
  });

  it("has no end, unlike its tokens", async () => {
    assert.equal((await client(credential()).token()).ends, undefined);
  });

  it("names the permission that the App lacks", () =>
    assert.rejects(
      client(credential()).registrationToken(),
      /403, "Resource not accessible by integration.*Expected a token with administration=write.*give the App that permission/,
    ));

  it("says what is wrong where the key is another App's", () =>
    assert.rejects(
      client(credential({ privateKey: makeAppKey().privateKey })).runners(),
      /GitHub refused to list the runners \(octo-org\/demo-app\): 401, "A JSON web token could not be decoded.*", when the GitHub App asked for its token/,
    ));

  it("does not take an App that is not installed for a runner that does not exist", async () => {
    const app = client(credential({ installationId: 35 }));
    await assert.rejects(app.runner(1), /: 401, /);
    await assert.rejects(app.deleteRunner(1), /: 401, /);
  });

  it("says what is wrong where there is no such installation", () =>
    assert.rejects(
      client(credential({ installationId: 35 })).runners(),
      /: 401, "Not Found.*", when the GitHub App asked for its token.*Next: compare them/,
    ));
});
