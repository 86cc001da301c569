import assert from "node:assert/strict";
import { setVariable } from "@ghrunners/core/github/gh";

describe("GitHub's command-line program in messages", () => {
  it("sets a variable of the repository that is meant, at its own GitHub, as the shell reads it", () => {
    assert.equal(
      setVariable(
        { url: "https://github.com", fullName: "octo-org/demo-app" },
        "GATE_RUNNER",
        '["self-hosted","gate"]',
      ),
      `gh variable set GATE_RUNNER --repo octo-org/demo-app --body '["self-hosted","gate"]'`,
    );
    assert.equal(
      setVariable({ url: "https://github.example.com/", fullName: "o/r" }, "A", "it's"),
      `GH_HOST=github.example.com gh variable set A --repo o/r --body 'it'\\''s'`,
    );
  });
});
