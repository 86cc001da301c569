import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { scriptFile, scriptText, workflowScripts } from "@ghrunners/deploy/workflow-scripts";

const folder = path.join(projectRoot, ".github/scripts");
const report = path.join(folder, "report.mjs");

describe("the scripts beside the workflows", () => {
  it("are all made from a source", () =>
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(workflowScripts).sort()));

  for (const [name, source] of Object.entries(workflowScripts)) {
    it(`hold in ${name} what packages/deploy/${source} gives; else: npm run build:workflows`, async () =>
      assert.ok(readFileSync(scriptFile(name), "utf8") === (await scriptText(source)), `${name} is not made anew`));

    it(`are small enough for GitHub's contents API to give ${name}, by which a workflow fetches it`, () =>
      assert.ok(statSync(scriptFile(name)).size < 1_000_000));
  }
});

interface Note {
  id: number;
  number: number;
  title?: string;
  body: string;
  state: string;
  user: { type: string };
}

/** Comments and issues as GitHub's API has them, as far as the script asks. */
describe("report.mjs", () => {
  let scratch: string;
  let server: http.Server;
  let notes: Note[];
  let asked: string[];

  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), "ghr-report-"));
    notes = [];
    asked = [];
    server = http.createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(scratch, { recursive: true });
  });

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const change = (text === "" ? {} : JSON.parse(text)) as Partial<Note>;
    const url = new URL(request.url ?? "/", "http://x");
    asked.push(`${request.method} ${url.pathname}`);
    const reply = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== "token planted-token") return reply(401, {});
    if (request.method === "GET") {
      const page = Number(url.searchParams.get("page"));
      const open = notes.filter(({ state }) => state === "open");
      if (open.length > page * 100) response.setHeader("link", `<http://x/?page=${page + 1}>; rel="next"`);
      return reply(200, open.slice((page - 1) * 100, page * 100));
    }
    if (request.method === "POST") {
      const note = {
        id: notes.length + 1,
        number: notes.length + 1,
        state: "open",
        user: { type: "Bot" },
        body: "",
        ...change,
      };
      notes.push(note);
      return reply(201, note);
    }
    const note = notes.find(({ id }) => url.pathname.endsWith(`/${id}`));
    return note === undefined ? reply(404, {}) : reply(200, Object.assign(note, change));
  }

  async function run(...words: string[]): Promise<{ code: number | null; out: string }> {
    const env = {
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "octo-org/demo-app",
      GITHUB_TOKEN: "planted-token",
    };
    const child = spawn(process.execPath, [report, ...words], { env });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (out += text.toString()));
    return { code: await new Promise((resolve) => child.on("close", resolve)), out };
  }
  function file(text: string): string {
    const name = path.join(scratch, "body.md");
    writeFileSync(name, text);
    return name;
  }

  it("keeps one comment, and changes no other comment", async () => {
    const body = "<!-- ghrunners:preview-staging -->\nmine";
    notes.push({ id: 1, number: 1, body, state: "open", user: { type: "User" } });
    assert.equal((await run("comment", "7", "preview-staging", file("first"))).code, 0);
    assert.equal((await run("comment", "7", "preview-staging", file("second"))).code, 0);
    assert.equal((await run("comment", "7", "preview-production", file("other"))).code, 0);
    assert.deepEqual(
      notes.map((note) => note.body.split("\n")[1]),
      ["mine", "second", "other"],
    );
    assert.ok(
      asked.every((line) => /issues\/(7\/comments|comments\/2)$/.test(line)),
      asked.join("\n"),
    );
  });

  it("finds its comment beyond the first page", async () => {
    for (let id = 1; id <= 120; id += 1) {
      notes.push({
        id,
        number: id,
        body: id === 110 ? "<!-- ghrunners:k -->\nold" : "x",
        state: "open",
        user: { type: "Bot" },
      });
    }
    await run("comment", "7", "k", file("new"));
    assert.equal(notes.length, 120);
    assert.match(notes[109]?.body ?? "", /new$/);
  });

  it("opens one issue, updates it, closes it, and opens a new one later", async () => {
    for (const text of ["one", "two"]) await run("issue", "drift-lab", "Drift of lab", file(text));
    assert.equal(notes.length, 1);
    assert.equal(notes[0]?.title, "Drift of lab");
    assert.match(notes[0]?.body ?? "", /two$/);
    await run("close", "drift-lab");
    assert.equal(notes[0]?.state, "closed");
    assert.equal((await run("close", "drift-lab")).code, 0);
    await run("issue", "drift-lab", "Drift of lab", file("three"));
    assert.equal(notes.length, 2);
  });

  it("cuts a text that GitHub would refuse", async () => {
    await run("comment", "7", "k", file("x".repeat(70_000)));
    assert.ok((notes[0]?.body.length ?? 0) <= 65_536);
    assert.match(notes[0]?.body ?? "", /The rest is in the log of the run\.\n$/);
  });

  it("fails in words, without the token", async () => {
    const { code, out } = await run("comment", "7", "k", path.join(scratch, "absent"));
    assert.equal(code, 1);
    assert.ok(!out.includes("planted-token"));
    assert.equal((await run("sing")).code, 1);
  });
});
