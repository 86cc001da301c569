import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { fragments } from "../docs/documents";
import { projectRoot } from "@ghrunners/core/project-root";
import {
  judgeChoice,
  judgePause,
  judgeRunners,
  maintenanceBanner,
  renderSummary,
  runbooks,
} from "@ghrunners/deploy/gate/judge";

const script = path.join(projectRoot, ".github/scripts/runner-gate.mjs");

type Verdict = ReturnType<typeof judgeChoice>;
type Runner = Parameters<typeof judgeRunners>[1][number];

const now = new Date("2026-11-22T12:00:00Z");
const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const fresh = {
  labels,
  runner: "primary",
  reason: "healthy on both views",
  decidedAt: "2026-11-22T11:59:30Z",
  expiresAt: "2026-11-22T12:04:30Z",
};
const online: Runner = { name: "runner-1", online: true, busy: false, labels };

describe("the runner gate", () => {
  const ask = (choice: unknown, wanted = "auto"): Verdict =>
    judgeChoice({
      variable: typeof choice === "string" ? choice : JSON.stringify(choice),
      wanted,
      label: "production",
      now,
    });
  const both = (choice: unknown, runners: readonly Runner[]): Verdict => {
    const verdict = ask(choice);
    return verdict.go ? judgeRunners(verdict, runners) : verdict;
  };

  it("takes the runner that the monitoring host chose and GitHub shows online", () => {
    assert.deepEqual(both(fresh, [online]), { go: true, labels, runner: "primary", reason: fresh.reason });
  });

  const refusals: [string, unknown, readonly Runner[], RegExp, RegExp][] = [
    ["a variable that is not set", "", [online], /not set/, /monitoring-blind/],
    ["what is no JSON", "primary", [online], /not JSON/, /monitoring-blind/],
    ["a choice without expiry", { ...fresh, expiresAt: undefined }, [online], /not JSON with/, /monitoring-blind/],
    ["labels that are no texts", { ...fresh, labels: [1] }, [online], /not JSON with/, /monitoring-blind/],
    ["an expired choice", { ...fresh, expiresAt: "2026-11-22T12:00:00Z" }, [online], /expired at/, /monitoring-blind/],
    ["a choice of the future", { ...fresh, decidedAt: "2026-11-22T12:03:00Z" }, [online], /future/, /monitoring-blind/],
    [
      "a decision for no runner, with whatever else stands in it",
      { ...fresh, labels: [], runner: null, role: null, reason: "both are down", schema: "x/1" },
      [online],
      /offers no runner: both are down/,
      /noauthorised/,
    ],
    [
      "no runner on offer",
      { ...fresh, labels: [], reason: "both are down" },
      [online],
      /both are down/,
      /noauthorised/,
    ],
    [
      "labels of another environment",
      { ...fresh, labels: ["self-hosted", "staging"] },
      [online],
      /and production among/,
      /blind/,
    ],
    ["hosted labels", { ...fresh, labels: ["ubuntu-latest", "production"] }, [online], /Expected self-hosted/, /blind/],
    ["a runner that GitHub shows offline", fresh, [{ ...online, online: false }], /runner-1 .*offline/, /offline-rest/],
    ["a runner that GitHub does not know", fresh, [], /knows no runner/, /offline-restore/],
    [
      "a runner that lost a label",
      fresh,
      [{ ...online, labels: labels.slice(0, 4) }],
      /knows no runner/,
      /offline-restore/,
    ],
  ];
  for (const [what, choice, runners, reason, runbook] of refusals) {
    it(`refuses a job with ${what}`, () => {
      const verdict = both(choice, runners);
      assert.equal(verdict.go, false);
      assert.match(verdict.reason, reason);
      assert.match(verdict.runbook ?? "", runbook);
      assert.match(renderSummary(verdict, "https://x/runbooks"), /Runbook: https:\/\/x\/runbooks\/[a-z-]+\.md/);
    });
  }

  it("names runbooks that are there, to the section", () => {
    const root = path.join(projectRoot, "docs/runbooks");
    for (const [file = "", section] of Object.values(runbooks).map((runbook) => runbook.split("#"))) {
      const text = readFileSync(path.join(root, file), "utf8");
      if (section !== undefined) assert.ok(fragments(text).includes(section), `${file}#${section}`);
    }
  });

  it("keeps a reason from starting a line of its own", () => {
    const reason = "fine\n::error::no\r\n";
    const verdict = ask({ ...fresh, reason });
    assert.equal(verdict.reason, "fine ::error::no");
    assert.doesNotMatch(renderSummary(ask({ ...fresh, labels: [], reason }), "x"), /^::/m);
  });

  it("lets a busy runner be waited for, and says so", () => {
    const verdict = both(fresh, [{ ...online, busy: true }]);
    assert.equal(verdict.go, true);
    assert.match(renderSummary(verdict, "x"), /busy: the job waits/);
  });

  it("says above everything which runner is in maintenance, and decides nothing by it", () => {
    const entry = { name: "runner-1", until: "2026-11-22T13:00:00Z", reason: "new ::disk", by: "ada" };
    const text = (runners: object[]): string => JSON.stringify({ schema: "ghrunners.maintenance/1", runners });
    const banner = maintenanceBanner(text([entry, { ...entry, until: "2026-11-22T11:00:00Z" }]), now);
    assert.deepEqual(banner, ["**Maintenance** of runner-1 until 2026-11-22T13:00:00Z: new ::disk (ada)"]);
    assert.match(renderSummary(ask(fresh), "x", banner), /^> \*\*Maintenance\*\* of runner-1/);
    assert.deepEqual([maintenanceBanner("", now), maintenanceBanner(text([]), now)], [[], []]);
    for (const broken of [
      text([{ ...entry, reason: "new\n::disk" }]),
      "{",
      '{"schema":"other","runners":[]}',
      "null",
      '{"schema":"ghrunners.maintenance/1"}',
    ]) {
      assert.match(maintenanceBanner(broken, now).join(), /cannot be read/, broken);
    }
  });

  it("refuses while deployments to its environment are paused, with note, end and the command that ends it", () => {
    const pause = { environment: "Production", until: "2026-11-22T13:00:00Z", note: "new ::disk", by: "ada" };
    const judged = (pauses: object[], label = "production", at = now) =>
      judgePause(JSON.stringify({ schema: "ghrunners.pauses/1", pauses }), { label, now: at });
    const verdict = judged([pause]);
    assert.match(
      verdict?.reason ?? "",
      /production.*until 2026-11-22T13:00:00Z: new ::disk \(by ada\).*ghrunners resume/i,
    );
    assert.equal(verdict?.runbook, runbooks.paused);
    assert.equal(judged([pause], "staging"), null);
    assert.equal(judged([pause], "production", new Date(pause.until)), null, "it ends by itself");
    assert.equal(judgePause(undefined, { label: "production", now }), null);
    for (const broken of ["{", "null", '{"schema":"other","pauses":[]}', '{"schema":"ghrunners.pauses/1"}'])
      assert.match(judgePause(broken, { label: "staging", now })?.reason ?? "", /unknown.*ghrunners resume/, broken);
  });

  it("takes a runner by hand without the variable, but not without GitHub's view", () => {
    const verdict = ask("", "secondary");
    assert.ok(verdict.go);
    assert.deepEqual(verdict.labels, ["self-hosted", "linux", "x64", "production", "secondary"]);
    assert.equal(judgeRunners(verdict, [online]).go, false);
    assert.equal(ask(fresh, "tertiary").go, false);
  });

  it("never goes without a runner online that has every label, whatever it is given", () => {
    const runner = fc.record({
      name: fc.string(),
      online: fc.boolean(),
      busy: fc.boolean(),
      labels: fc.subarray([...labels, "gpu"]),
    });
    const choice = fc.oneof(
      fc.record({
        labels: fc.subarray([...labels, "gpu"]),
        runner: fc.constantFrom("primary", "secondary"),
        reason: fc.string(),
        decidedAt: fc.constantFrom(fresh.decidedAt, "2026-11-22T13:00:00Z"),
        expiresAt: fc.constantFrom(fresh.expiresAt, "2026-11-22T11:00:00Z"),
      }),
      fc.json(),
    );
    fc.assert(
      fc.property(choice, fc.array(runner), (given, runners) => {
        const verdict = both(given, runners);
        if (!verdict.go) return;
        assert.ok(verdict.labels?.includes("production"));
        assert.ok(
          runners.some((known) => known.online && verdict.labels?.every((name) => known.labels.includes(name))),
        );
      }),
    );
  });
});

describe("the runner gate's script", () => {
  let folder: string;
  let server: http.Server;
  /** GitHub's answer about the runners; about the variables it answers by itself. */
  let answer: { status: number; body: unknown };
  let variables: Record<string, string>;
  let asked: { url: string; authorization: string | undefined }[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-gate-"));
    asked = [];
    server = http.createServer((request, response) => {
      const url = request.url ?? "";
      asked.push({ url, authorization: request.headers.authorization });
      const name = /\/actions\/variables\/(\w+)$/.exec(url)?.[1];
      const value = variables[name ?? ""];
      const variable = value === undefined ? { status: 404, body: {} } : { status: 200, body: { name, value } };
      const { status, body } = name === undefined ? answer : variable;
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
  ): Promise<{ code: number | null; out: string; summary: string; outputs: string }> {
    const file = (name: string): string => path.join(folder, name);
    variables = { DEPLOY_RUNNER: variable, ...more };
    const child = spawn(process.execPath, [script], {
      env: {
        RUNNER_LABEL: "production",
        WANTED_RUNNER: wanted,
        RUNNER_VIEW_TOKEN: "planted-token-value",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_REPOSITORY: "octo-org/demo-app",
        GITHUB_STEP_SUMMARY: file("summary"),
        GITHUB_OUTPUT: file("outputs"),
        RUNBOOKS: "https://x/runbooks/",
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
    assert.match(summary, /Runbook: https:\/\/x\/runbooks\/monitoring-blind\.md/);
    assert.equal(outputs, "");
    assert.deepEqual(
      asked.map(({ url }) => url.split("/").at(-1)),
      ["RUNNER_MAINTENANCE", "DEPLOY_PAUSED", "DEPLOY_RUNNER"],
    );
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

  it("refuses when GitHub does not let the token look, and asks once", async () => {
    answer = { status: 403, body: {} };
    const { code, summary } = await run(valid());
    assert.equal(code, 1);
    assert.match(summary, /list the runners.*\n\nRunbook: .*network-unreachable\.md/);
    assert.equal(asked.filter(({ url }) => url.includes("/actions/runners")).length, 1);
  });
});
