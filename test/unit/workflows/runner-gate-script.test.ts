import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";

const script = path.join(projectRoot, ".github/scripts/runner-gate.mjs");

const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const fresh = {
  labels,
  runner: "primary",
  reason: "healthy on both views",
  decidedAt: "2026-11-22T11:59:30Z",
  expiresAt: "2026-11-22T12:04:30Z",
};

describe("the runner gate's script", () => {
  let folder: string;
  let server: http.Server;
  /** GitHub's answer about the runners; about the variables it answers by itself. */
  let answer: { status: number; body: unknown };
  /** Its answers about the organization, by the end of the path. A person's repository has none. */
  let organization: Record<string, { status: number; body: unknown }>;
  let variables: Record<string, string>;
  let asked: { url: string; authorization: string | undefined }[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-gate-"));
    asked = [];
    organization = {};
    server = http.createServer((request, response) => {
      const url = request.url ?? "";
      asked.push({ url, authorization: request.headers.authorization });
      const name = /\/actions\/variables\/(\w+)$/.exec(url)?.[1];
      const value = variables[name ?? ""];
      const variable = value === undefined ? { status: 404, body: {} } : { status: 200, body: { name, value } };
      const [, ofOrganization] = /^\/orgs\/octo-org\/actions\/([\w-]+)/.exec(url) ?? [];
      const ofRunners = ofOrganization === undefined ? answer : organization[ofOrganization];
      const { status, body } = name === undefined ? (ofRunners ?? { status: 404, body: {} }) : variable;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  /** @param more variables of the repository beside DEPLOY_RUNNER */
  async function run(
    variable: string,
    more: Record<string, string> = {},
    wanted = "auto",
    machine = "GitHub Actions 7",
    runbooks = "https://x/runbooks/",
  ): Promise<{ code: number | null; out: string; summary: string; outputs: string }> {
    const file = (name: string): string => path.join(folder, name);
    variables = { DEPLOY_RUNNER: variable, ...more };
    const child = spawn(process.execPath, [script], {
      env: {
        RUNNER_LABEL: "production",
        RUNNER_NAME: machine,
        WANTED_RUNNER: wanted,
        RUNNER_VIEW_TOKEN: "planted-token-value",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_REPOSITORY: "octo-org/demo-app",
        GITHUB_STEP_SUMMARY: file("summary"),
        GITHUB_OUTPUT: file("outputs"),
        RUNBOOKS_URL: runbooks,
      },
    });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (out += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    const read = (name: string): string => {
      try {
        return readFileSync(file(name), "utf8");
      } catch {
        return "";
      }
    };
    return { code, out, summary: read("summary"), outputs: read("outputs") };
  }
  const valid = (): string =>
    JSON.stringify({
      ...fresh,
      decidedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
  const shown = { name: "runner-1", status: "online", busy: false, labels: labels.map((name) => ({ name })) };

  it("hands the labels on, and shows no token", async () => {
    answer = { status: 200, body: { total_count: 1, runners: [shown] } };
    const { code, out, summary, outputs } = await run(valid());
    assert.equal(code, 0, out);
    assert.equal(outputs.split("\n")[0], `labels=${JSON.stringify(labels)}`);
    assert.match(summary, /### Runner: primary/);
    assert.equal(asked[0]?.authorization, "token planted-token-value");
    assert.ok(!`${out}${summary}${outputs}`.includes("planted-token-value"));
  });

  it("fails with the reason and hands on nothing, without asking about an expired choice", async () => {
    answer = { status: 200, body: { total_count: 1, runners: [shown] } };
    const { code, out, summary, outputs } = await run(
      JSON.stringify({ ...fresh, decidedAt: "2020-01-01T00:00:00Z", expiresAt: "2020-01-01T00:05:00Z" }),
    );
    assert.equal(code, 1);
    assert.match(out, /::error title=No runner for this deployment::DEPLOY_RUNNER expired/);
    assert.match(summary, /^Runbook: https:\/\/x\/runbooks\/monitoring-blind\.md#failoverswitchstale$/m);
    assert.equal(outputs, "");
    assert.deepEqual(
      asked.map(({ url }) => url.split("/").at(-1)),
      ["RUNNER_MAINTENANCE", "DEPLOY_PAUSED", "DEPLOY_RUNNER"],
    );
  });

  it("links to the repository's own runbooks where no variable names others", async () => {
    const { summary } = await run("", {}, "auto", "GitHub Actions 7", "");
    const own = "https://github.com/octo-org/demo-app/blob/HEAD/docs/runbooks/monitoring-blind.md#failoverswitchstale";
    assert.ok(summary.split("\n").includes(`Runbook: ${own}`), summary);
  });

  it("does not need DEPLOY_RUNNER for a runner that is asked for by hand", async () => {
    answer = { status: 200, body: { total_count: 1, runners: [shown] } };
    const { code, out, summary } = await run("garbage", { RUNNER_MAINTENANCE: "garbage" }, "primary");
    assert.equal(code, 0, out);
    assert.match(summary, /RUNNER_MAINTENANCE cannot be read/);
    assert.match(summary, /primary was requested by hand/);
  });

  it("refuses while deployments are paused, also a runner that is asked for by hand", async () => {
    answer = { status: 200, body: { total_count: 1, runners: [shown] } };
    const until = new Date(Date.now() + 60_000).toISOString();
    const pauses = [{ environment: "production", until, note: "migration", by: "ada" }];
    const DEPLOY_PAUSED = JSON.stringify({ schema: "ghrunners.pauses/1", pauses });
    for (const wanted of ["auto", "primary"]) {
      const { code, out, outputs } = await run(valid(), { DEPLOY_PAUSED }, wanted);
      assert.deepEqual([code, outputs], [1, ""]);
      assert.match(out, /::error title=No runner for this deployment::Deployments to production are paused until/);
    }
  });

  it("refuses to run on a runner that it judges, also one of the organization", async () => {
    answer = { status: 200, body: { total_count: 1, runners: [shown] } };
    for (const group of [undefined, 3]) {
      if (group !== undefined) {
        answer = { status: 200, body: { total_count: 0, runners: [] } };
        const runners = [{ ...shown, runner_group_id: group }];
        organization = {
          runners: { status: 200, body: { total_count: 1, runners } },
          "runner-groups": { status: 200, body: { total_count: 1, runner_groups: [{ id: group }] } },
        };
      }
      const { code, out, outputs } = await run(valid(), {}, "auto", "runner-1");
      assert.deepEqual([code, outputs], [1, ""], out);
      assert.match(out, /The runner gate runs on runner-1, which has the label production: a job there/);
      assert.match(
        out,
        /Next: gh variable set GATE_RUNNER --repo octo-org\/demo-app --body '\["self-hosted","gate"\]'$/m,
      );
    }
    assert.equal((await run(valid(), {}, "auto", "gate-1")).code, 0);
  });

  const none = { status: 200, body: { total_count: 0, runners: [] } };

  it("finds a runner of the organization in a group that the repository may use", async () => {
    answer = none;
    const runners = [{ ...shown, runner_group_id: 3 }];
    organization = {
      runners: { status: 200, body: { total_count: 1, runners } },
      "runner-groups": { status: 200, body: { total_count: 1, runner_groups: [{ id: 3 }] } },
    };
    const { code, out } = await run(valid());
    assert.equal(code, 0, out);
    organization["runner-groups"] = { status: 200, body: { total_count: 0, runner_groups: [] } };
    const refused = await run(valid());
    assert.equal(refused.code, 1);
    assert.match(refused.summary, /GitHub knows no runner with the labels/);
  });

  it("says where it could not look for a runner", async () => {
    answer = none;
    organization = { "runner-groups": { status: 403, body: { message: "Resource not accessible" } } };
    const hidden = await run(valid());
    assert.match(
      hidden.summary,
      /knows no runner.*If they belong to the organization: .*list the organization's runners/,
    );
    organization = {};
    const person = await run(valid());
    assert.match(person.summary, /GitHub knows no runner with the labels [\w, -]+\.\n/);
  });

  it("refuses when GitHub does not let the token look, and asks once", async () => {
    answer = { status: 403, body: {} };
    const { code, summary } = await run(valid());
    assert.equal(code, 1);
    assert.match(summary, /list the runners.*\n\nRunbook: .*network-unreachable\.md/);
    assert.equal(asked.filter(({ url }) => url.includes("/actions/runners")).length, 1);
  });
});
