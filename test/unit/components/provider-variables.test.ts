import assert from "node:assert/strict";
import { judgeProviderVariables } from "@ghrunners/components/github/provider-variables";

const judge = (env: Record<string, string>): string[] =>
  judgeProviderVariables(env, { repository: "octo-org/demo-app" });
const app = { GITHUB_APP_ID: "7", GITHUB_APP_INSTALLATION_ID: "8", GITHUB_APP_PEM_FILE: "planted key" };

describe("environment variables that the GitHub provider obeys", () => {
  it("are refused when they name another owner, with the command to unset them", () => {
    assert.match(
      judge({ GITHUB_OWNER: "mallory" }).join(),
      /GITHUB_OWNER: it is "mallory".* Next: unset GITHUB_OWNER$/,
    );
    assert.match(judge({ GITHUB_ORGANIZATION: "mallory" }).join(), /Next: unset GITHUB_ORGANIZATION$/);
  });

  it("are fine when they say what the configuration says, or cannot win", () => {
    assert.deepEqual(judge({}), []);
    assert.deepEqual(judge({ GITHUB_OWNER: "Octo-Org" }), []);
    assert.deepEqual(judge({ GITHUB_OWNER: "" }), []);
    // The organization comes before the owner.
    assert.deepEqual(judge({ GITHUB_ORGANIZATION: "octo-org", GITHUB_OWNER: "mallory" }), []);
    assert.deepEqual(judge({ GITHUB_TOKEN: "another token", GITHUB_BASE_URL: "https://elsewhere.example/" }), []);
  });

  it("are refused when they make an app of the provider, without showing its key", () => {
    const refused = judge(app).join();
    assert.match(refused, /would work as that app .* Next: unset GITHUB_APP_ID GITHUB_APP_INSTALLATION_ID/);
    assert.ok(!refused.includes("planted key"));
    assert.deepEqual(judge({ ...app, GITHUB_APP_PEM_FILE: "" }), []);
  });
});
