import assert from "node:assert/strict";
import { apiBase, providerBase, repositoryName } from "@ghrunners/core/github/repository";

describe("where GitHub's REST API answers", () => {
  for (const [what, url, base, provider] of [
    ["github.com", "https://github.com/", "https://api.github.com", "https://api.github.com/"],
    [
      "an enterprise in GitHub's cloud with data residency",
      "https://acme.ghe.com",
      "https://api.acme.ghe.com",
      "https://api.acme.ghe.com/",
    ],
    [
      "an Enterprise Server",
      "https://github.acme.example/",
      "https://github.acme.example/api/v3",
      "https://github.acme.example/",
    ],
    ["a server with a port", "https://127.0.0.1:8443", "https://127.0.0.1:8443/api/v3", "https://127.0.0.1:8443/"],
    [
      "a host that only ends like one of the cloud's",
      "https://notghe.com",
      "https://notghe.com/api/v3",
      "https://notghe.com/",
    ],
  ] as const) {
    it(`is known for ${what}, to the program and to the provider`, () =>
      assert.deepEqual([apiBase(url), providerBase(url)], [base, provider]));
  }

  it("splits owner and name", () =>
    assert.deepEqual(repositoryName("octo-org/demo-app"), { owner: "octo-org", repo: "demo-app" }));
});
