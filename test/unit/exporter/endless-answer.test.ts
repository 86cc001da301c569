import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readByHttp } from "@ghrunners/failover/switch/read-views";

describe("the switch and a job that listens on an exporter's port", () => {
  let server: Server;
  let sent = 0;
  const line = Buffer.from(`runner_status 1\n# ${"x".repeat(2 ** 16)}\n`);
  beforeEach((done) => {
    sent = 0;
    server = createServer((request, response) => {
      if (request.url === "/metrics") return void response.end("runner_status 1\n");
      const more = (): void => {
        sent += line.length;
        response.write(line, () => response.writable && more());
      };
      more();
    }).listen(0, "127.0.0.1", done);
  });
  afterEach((done) => {
    server.closeAllConnections();
    server.close(() => done());
  });

  it("takes no view from an answer without an end, and does not hold it in memory", async () => {
    const { port } = server.address() as AddressInfo;
    assert.equal(await readByHttp(`http://127.0.0.1:${port}/endless`), undefined);
    assert.ok(sent < 2 ** 25, `${sent} bytes were sent`);
    assert.notEqual(await readByHttp(`http://127.0.0.1:${port}/metrics`), undefined);
  });
});
