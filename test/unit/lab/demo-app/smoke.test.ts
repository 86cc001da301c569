import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { runChecks } from "@ghrunners/deploy/target/checks";
import type { Context } from "@ghrunners/deploy/target/context";
import { foldersBelow } from "@ghrunners/deploy/target/folders";
import { compile } from "@ghrunners/deploy/plan/compile";
import { parsePlan } from "@ghrunners/deploy/plan/parse";
import { parseDeploymentId, parseVersion } from "@ghrunners/deploy/protocol/values";
import type { Check } from "@ghrunners/deploy/protocol/request";
import { InProcessExecutor } from "../../deploy/support/in-process";
import { projectRoot } from "@ghrunners/core/project-root";

const file = path.join(projectRoot, "lab/demo-app/deployment.yaml");
const plan = parsePlan(file, readFileSync(file, "utf8"));
const request = compile(plan, "app", {
  id: parseDeploymentId("test"),
  version: parseVersion("2"),
  owner: "tester",
  artefact: { sha256: "0".repeat(64), bytes: 0 },
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

const page = (name: string): Answer => ({ status: 200, body: `<body data-version="2"><h1>Demo ${name}</h1></body>` });
const json = (value: object): Answer => ({ status: 200, body: JSON.stringify(value) });

/** What a good version answers. */
const good: Readonly<Record<string, Answer>> = {
  "/": page("index"),
  "/login": page("login"),
  "/dashboard": page("dashboard"),
  "/orders": page("orders"),
  "/settings": page("settings"),
  "/about": page("about"),
  "/api/health": json({ status: "UP" }),
  "/api/info": json({ version: "2" }),
  "/api/login": json({ user: "smoke" }),
  "/api/database": json({ pool: "ok" }),
  "/static/app.css": { status: 200, body: "body { font-family: sans-serif; }" },
  "/api/items": json({ count: 2 }),
};

/** What a broken version answers, and the tests that must see it. */
const broken: readonly { path: string; answer: Answer; seenBy: readonly string[] }[] = [
  { path: "/", answer: { status: 200, body: '<body data-version="2">' }, seenBy: ["home"] },
  { path: "/", answer: { status: 200, body: '<body data-version="1">Demo index' }, seenBy: ["version agreement"] },
  { path: "/login", answer: { status: 500, body: "" }, seenBy: ["login page"] },
  { path: "/api/health", answer: json({ status: "DOWN" }), seenBy: ["health"] },
  { path: "/api/info", answer: json({ version: "1" }), seenBy: ["info"] },
  { path: "/api/login", answer: { status: 401, body: "{}" }, seenBy: ["login API"] },
  ...["dashboard", "orders", "settings", "about"].map((name) => ({
    path: `/${name}`,
    answer: page("error"),
    seenBy: [name],
  })),
  { path: "/api/database", answer: json({ pool: "exhausted" }), seenBy: ["database health"] },
  { path: "/static/app.css", answer: { status: 404, body: "" }, seenBy: ["static asset"] },
  { path: "/api/items", answer: json({ count: 0 }), seenBy: ["data API"] },
  { path: "/no-such-page", answer: page("index"), seenBy: ["unknown path"] },
];

describe("the demo application's smoke tests", () => {
  let server: Server;
  let answers: Record<string, Answer>;
  let checks: Check[];

  before((done) => {
    server = createServer((asked, answer) => {
      const { status, body } = answers[asked.url ?? ""] ?? { status: 404, body: "not found" };
      answer.writeHead(status).end(body);
    }).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      checks = request.smoke.map((check) => {
        assert.equal(check.probe.kind, "http");
        const url = check.probe.url.replace("127.0.0.1", `127.0.0.1:${port}`);
        return { ...check, attempts: 1, probe: { ...check.probe, url } };
      });
      done();
    });
  });
  after(() => void server.close());

  async function failing(): Promise<string[]> {
    const context: Context = {
      folders: foldersBelow("/nowhere"),
      executor: new InProcessExecutor(),
      request,
      version: "2",
      previous: "1",
    };
    return (await runChecks(context, checks)).filter(({ ok }) => !ok).map(({ name }) => name);
  }

  it("are fourteen, and pass for a good version", async () => {
    answers = { ...good };
    assert.equal(checks.length, 14);
    assert.deepEqual(await failing(), []);
  });

  for (const { path: url, answer, seenBy } of broken) {
    it(`"${seenBy.join()}" fails, and it alone, when ${url} is broken for it`, async () => {
      answers = { ...good, [url]: answer };
      assert.deepEqual(await failing(), seenBy);
    });
  }

  it("every smoke test fails in at least one of these cases", () => {
    assert.deepEqual(
      [...new Set(broken.flatMap(({ seenBy }) => seenBy))].sort(),
      checks.map(({ name }) => name).sort(),
    );
  });
});
