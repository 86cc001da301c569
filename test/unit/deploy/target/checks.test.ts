import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Check, CheckResult } from "@ghrunners/deploy/protocol/request";
import { runChecks } from "@ghrunners/deploy/target/checks";
import { contextOf } from "@ghrunners/deploy/target/queries";
import { LocalTarget } from "../support/target";

describe("a check of an application", () => {
  let target: LocalTarget;
  let server: Server;
  let sent = 0;
  beforeEach((done) => {
    target = new LocalTarget();
    sent = 0;
    const piece = Buffer.alloc(2 ** 16, "x");
    server = createServer((_request, response) => {
      const more = (): void => {
        sent += piece.length;
        response.write(piece, () => response.writable && more());
      };
      more();
    }).listen(0, "127.0.0.1", done);
  });
  afterEach((done) => {
    target.remove();
    server.closeAllConnections();
    server.close(() => done());
  });

  const check = (contains?: string): Promise<readonly CheckResult[]> => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const probe = { kind: "http", url, method: "GET", headers: {}, status: 200, contains, json: {} } as const;
    const wanted: Check = {
      name: "endless",
      category: "backend",
      critical: true,
      attempts: 1,
      pauseSeconds: 0,
      limitSeconds: 60,
      probe,
    };
    return runChecks(contextOf(target.agent(), target.request("1")), [wanted]);
  };

  it("fails at once for an answer without an end, and does not read on", async () => {
    const [found] = await check("ready");
    assert.deepEqual([found?.ok, found?.detail], [false, "the answer has more than 1048576 bytes"]);
    assert.ok(sent < 2 ** 25, `${sent} bytes were sent`);
  });

  it("passes by the status alone where nothing in the answer is wanted, however long it is", async () => {
    const [found] = await check();
    assert.equal(found?.ok, true, found?.detail);
    assert.ok(sent < 2 ** 25, `${sent} bytes were sent`);
  });
});
