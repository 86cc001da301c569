import assert from "node:assert/strict";
import { request } from "node:http";
import { consolePage, pageFiles } from "@ghrunners/cli/console/assets";
import { startServer, WrongQuestion, type RunningServer } from "@ghrunners/cli/console/server";

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

describe("the console's server", () => {
  let server: RunningServer;
  let port: number;

  const ask = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Reply> =>
    new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      })
        .on("error", reject)
        .end();
    });

  before(async () => {
    server = await startServer(
      {
        title: "a <b>: runners",
        page: { script: "1;", style: "a{}" },
        json: {
          "/api/snapshot": () => ({ version: 1 }),
          "/api/wrong": () => {
            throw new WrongQuestion("Expected another.");
          },
          "/api/broken": () => Promise.reject(new Error("no answer")),
        },
      },
      0,
    );
    port = Number(new URL(server.url).port);
  });
  after(() => server.close());

  it("serves the page and its data with a policy that lets the page load and ask nothing else", async () => {
    const page = await ask("/");
    assert.equal(page.status, 200);
    assert.match(page.body, /<title>a &#60;b&#62;: runners<\/title>/);
    const policy = String(page.headers["content-security-policy"]);
    assert.match(
      policy,
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'/,
    );
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.deepEqual([(await ask("/api/snapshot")).body, (await ask("/page.js")).body], ['{"version":1}', "1;"]);
    assert.equal((await ask("/../../etc/passwd")).status, 404);
    assert.equal((await ask("/constructor")).status, 404);
  });

  it("refuses requests with another host name, which a foreign page may have pointed at 127.0.0.1", async () => {
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1.evil.example:${port}`]) {
      const { status, body } = await ask("/api/snapshot", { host });
      assert.equal(status, 421, host);
      assert.match(body, /answers as 127\.0\.0\.1:\d+, not as /);
    }
    assert.equal((await ask("/api/snapshot", { host: `localhost:${port}` })).status, 200);
  });

  it("gives its data to no page of another origin, and changes nothing", async () => {
    for (const site of ["cross-site", "same-site"])
      assert.equal((await ask("/api/snapshot", { "sec-fetch-site": site })).status, 403);
    assert.equal((await ask("/api/snapshot", { "sec-fetch-site": "same-origin" })).status, 200);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal((await ask("/", {}, method)).status, 405);
    assert.equal((await ask("/", {}, "HEAD")).body, "");
    assert.equal((await ask("/api/snapshot")).headers["access-control-allow-origin"], undefined);
  });

  it("answers a failed request with the reason, and keeps serving", async () => {
    const [wrong, broken] = [await ask("/api/wrong"), await ask("/api/broken")];
    assert.deepEqual([wrong.status, wrong.body], [400, "Expected another.\n"]);
    assert.deepEqual([broken.status, broken.body], [502, "no answer\n"]);
    assert.equal((await ask("/api/snapshot")).status, 200);
  });

  it("says that a port is taken, and what to do", async () => {
    await assert.rejects(startServer({ title: "", page: { script: "", style: "" }, json: {} }, port), {
      message: `Port ${port} of 127.0.0.1 is taken, expected a free one. Next: leave --port out`,
    });
  });

  it("bundles the page small, without an address of another site", async () => {
    const { script, style } = await pageFiles(consolePage);
    assert.ok(script.length + style.length < 200_000, `${script.length} and ${style.length} bytes`);
    const addresses = [...(script + style).matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address);
    // Names of namespaces, which no browser fetches.
    assert.deepEqual(
      addresses.filter((address) => address !== "http://www.w3.org"),
      [],
    );
  });
});
