import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { judgeAll } from "@ghrunners/cli/doctor/check";
import { otherTokenChecks } from "@ghrunners/cli/doctor/checks/other-tokens";
import type { AskedGitHub, Fact } from "@ghrunners/cli/doctor/facts";
import { observeOtherTokens } from "@ghrunners/cli/doctor/observe-other-tokens";
import { within } from "@ghrunners/cli/doctor/read";
import { GitHubClient } from "@ghrunners/core/github/client";
import { owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { at, healthy, inDays, settings } from "./facts";
import { refusal } from "./changed";

const VIEW = "RUNNER_VIEW_TOKEN";
const ofStack = {
  ...settings(),
  secretValues: { [VIEW]: "view_token_of_tests", OTHER: "github_pat_of_someone" } as Record<string, string>,
};

/** What the checks say of one of the tokens, with the other ones as they should be. */
function told(name: string, seen: AskedGitHub["otherTokens"][string]) {
  const good = { value: { ends: inDays(60), clock: undefined } };
  const all = { exporterToken: good, failoverToken: good, [VIEW]: good, [name]: seen };
  const checks = otherTokenChecks({ ...healthy().asked, otherTokens: all }, ofStack, at);
  const results = judgeAll(checks);
  assert.deepEqual(
    results.filter(({ subject, state }) => subject !== name && state !== "ok"),
    [],
  );
  return results.find(({ subject }) => subject === name);
}

describe("the doctor's checks of the tokens that are not the operator's", () => {
  const ending = (days: number): Fact<{ ends: number; clock: undefined }> => ({
    value: { ends: inDays(days), clock: undefined },
  });

  for (const [name, renew] of [
    ["exporterToken", "pulumi config set --secret ghrunners:exporterToken, then pulumi up"],
    ["failoverToken", "pulumi config set --secret ghrunners:failoverToken, then pulumi up"],
    [VIEW, `pulumi config set --secret --path 'ghrunners:secretValues.${VIEW}' < SECRET_FILE, then pulumi up`],
  ] as const) {
    it(`warn 14 days before the end of ${name}, and are a problem 7 days before`, () => {
      assert.equal(told(name, ending(14))?.state, "ok");
      assert.deepEqual([told(name, ending(13))?.state, told(name, ending(13))?.next], ["warning", renew]);
      assert.deepEqual([told(name, ending(6))?.state, told(name, ending(6))?.next], ["problem", renew]);
      assert.match(told(name, ending(-1))?.seen ?? "", /^the token of the .* ended on /);
    });

    it(`name the setting of ${name} where GitHub refuses it, not that of the operator's`, () => {
      const refused = told(name, refusal(401));
      assert.deepEqual([refused?.state, refused?.next], ["problem", renew]);
      assert.match(refused?.seen ?? "", /GitHub refuses it/);
      const hidden = told(name, refusal(404));
      assert.deepEqual([hidden?.state, hidden?.next?.endsWith(renew)], ["problem", true]);
    });
  }

  it("accept a token without an end, and a GitHub App, which has none", () =>
    assert.equal(told("exporterToken", { value: { ends: undefined, clock: undefined } })?.state, "ok"));

  it("are unknown while GitHub fails", () => assert.equal(told(VIEW, refusal(500))?.state, "unknown"));

  it("are there for the tokens that the stack has, and for no other secret", () => {
    const names = (changes: Partial<typeof ofStack>) =>
      otherTokenChecks(healthy().asked, { ...ofStack, ...changes }, at).map(({ subject }) => subject);
    assert.deepEqual(names({}), ["exporterToken", "failoverToken", VIEW]);
    assert.deepEqual(names({ exporterToken: undefined, failoverToken: undefined, secretValues: {} }), []);
  });
});

describe("what GitHub says of the tokens that are not the operator's", () => {
  let emulator: TestEmulator;
  const values = { exporter: "exporter-token-1", failover: "failover-token-2", view: "view-token-3" };
  const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 10 * 24 * 60 * 60 * 1000).toISOString();
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      tokens: [
        ...seed.tokens,
        { sha256: sha256(values.exporter), login: "operator", permissions: {}, expiresAt },
        { sha256: sha256(values.failover), login: "operator", permissions: {} },
      ],
    }));
  });
  after(() => emulator.stop());

  const asked: string[] = [];
  const observe = (of: Partial<typeof ofStack>) =>
    observeOtherTokens(
      { secretValues: {}, ...of },
      (token) => {
        asked.push(token);
        return new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, token, {
          fetch: emulator.fetch as typeof fetch,
          retries: false,
        });
      },
      (work) => within(5_000, "GitHub", work),
    );

  it("is their end, with a request of their own, and nothing of their values", async () => {
    const seen = await observe({
      exporterToken: values.exporter,
      failoverToken: values.failover,
      secretValues: { [VIEW]: values.view, OTHER: "another-secret-4" },
    });
    const { exporterToken, failoverToken, [VIEW]: view } = seen;
    assert.ok(exporterToken && "value" in exporterToken && exporterToken.value.ends !== undefined);
    assert.equal(new Date(exporterToken.value.ends).toISOString().slice(0, 19), expiresAt.slice(0, 19));
    assert.ok(failoverToken && "value" in failoverToken && failoverToken.value.ends === undefined);
    assert.ok(view && "error" in view && view.status === 401);
    assert.ok(!asked.includes("another-secret-4"));
    for (const value of Object.values(values)) assert.ok(!JSON.stringify(seen).includes(value), value);
  });

  it("is not asked for what cannot be a token, and the reason shows nothing of it", async () => {
    asked.length = 0;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    const app = JSON.stringify({ appId: 12, installationId: 34, privateKey: pem });
    const seen = await observe({
      exporterToken: "schlüssel-with-umlaut",
      failoverToken: '{"appId": 1, "privateKey": "half a key"}',
      secretValues: { [VIEW]: app },
    });
    assert.deepEqual(asked, []);
    assert.deepEqual(seen, {
      exporterToken: { unusable: "it has blanks, line ends or other signs that no token has" },
      failoverToken: { unusable: "it is neither a token nor a GitHub App" },
      [VIEW]: { unusable: "it is no token, which workflows could send" },
    });
    assert.equal(told(VIEW, seen[VIEW])?.state, "problem");
    const line = await observe({ secretValues: { [VIEW]: "view-token-3\n" } });
    assert.ok("unusable" in line[VIEW]!);
  });
});
