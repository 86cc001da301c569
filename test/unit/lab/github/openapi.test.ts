import type { Octokit } from "@octokit/rest";
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeAppKey } from "@ghrunners/lab/app-key";
import { allRoutes } from "@ghrunners/lab/github/routes/index";
import { PullRequests } from "@ghrunners/lab/github/repository/pull-requests";
import { Pushes } from "@ghrunners/lab/github/repository/pushes";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";
import { pullRequestPermissions } from "@ghrunners/core/vocabulary/github-permissions";
import { TestEmulator, ofOrganization } from "@ghrunners/lab/driver/emulator";
import { OpenApiValidator } from "./support/openapi";
import { actionsCalls } from "./support/openapi-calls/actions";
import { organizationCalls } from "./support/openapi-calls/organization";
import { repositoryCalls } from "./support/openapi-calls/repository";
import { settingsCalls } from "./support/openapi-calls/settings";

describe("GitHub's OpenAPI description judges the emulator", function () {
  this.timeout(180_000);
  let emulator: TestEmulator;
  let validator: OpenApiValidator;
  const appKey = makeAppKey();
  let operator: Octokit;
  let reviewer: Octokit;

  before(async () => {
    validator = new OpenApiValidator();
    const app = { id: 12, installationId: 34, slug: "an-app", permissions: { actions: "read" } } as const;
    emulator = await TestEmulator.start((seed) =>
      ofOrganization("enterprise")({
        ...seed,
        apps: [{ ...app, publicKey: appKey.publicKey }],
        tokens: [
          ...seed.tokens,
          { sha256: sha256("developer-token"), login: "operator", permissions: pullRequestPermissions },
        ],
      }),
    );
    mkdirSync(path.join(emulator.folder, "distributions"));
    const version = { version: "2.336.0", file: "actions-runner-linux-x64-2.336.0.tar.gz", sha256: "0".repeat(64) };
    writeFileSync(
      path.join(emulator.folder, "distributions/manifest.json"),
      JSON.stringify([{ ...version, os: "linux", architecture: "x64" }]),
    );
    operator = await emulator.client();
    reviewer = await emulator.client("reviewer-token");
  });
  after(() => emulator.stop());

  it("knows a wrong answer when it sees one", () => {
    const url = new URL(`${emulator.url}/api/v3/repos/o/r/actions/runners/1`);
    const answer = { method: "GET", url, headers: new Headers() };
    const runner = { id: 1, name: "a", os: "Linux", status: "online", busy: false, labels: [] };
    assert.deepEqual(validator.problems({ ...answer, status: 200, body: JSON.stringify(runner) }), []);
    const incomplete = { ...runner, busy: undefined };
    assert.match(validator.problems({ ...answer, status: 200, body: JSON.stringify(incomplete) }).join(), /busy/);
    assert.match(validator.problems({ ...answer, status: 418, body: "{}" }).join(), /418 is not in the description/);
  });

  for (const [title, call] of Object.entries({
    ...repositoryCalls,
    ...settingsCalls,
    ...actionsCalls,
    ...organizationCalls,
  })) {
    it(title, () => call({ emulator, operator, reviewer, appKey }));
  }

  it("accepts every answer that was given", () => {
    assert.deepEqual(
      emulator.exchanges.flatMap((exchange) => validator.problems(exchange)),
      [],
    );
  });

  it("has seen every route that the description has", () => {
    const pullRequests = new PullRequests(emulator.services.repository, emulator.services.store, emulator.engine);
    const pushes = new Pushes(emulator.services.repository, emulator.services.store, emulator.engine, pullRequests);
    const served = allRoutes(emulator.services, emulator.engine, pullRequests, pushes).filter(
      ({ base }) => base === "/api/v3",
    );
    const described = served
      .map(({ method, path: template }) => `${method} ${template}`)
      .filter((name) => validator.has(name));
    assert.ok(described.length > 70, `${described.length} described routes`);
    const seen = new Set(emulator.exchanges.map((exchange) => validator.operationOf(exchange)));
    assert.deepEqual(
      described.filter((name) => !seen.has(name)),
      [],
    );
  });
});
