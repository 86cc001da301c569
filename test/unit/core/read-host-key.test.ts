import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { Server } from "ssh2";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";
import { readHostKey } from "@ghrunners/core/ssh/read-host-key";
import { HostUnreachableError } from "@ghrunners/core/ssh/session";

describe("the key of a host that is not pinned yet", () => {
  const pair = makeKeyPair("ecdsa");
  const server = new Server({ hostKeys: [pair.privateKey] }, (client) => client.on("error", () => undefined));
  let port = 0;
  before((done) => {
    server.listen(0, "127.0.0.1", () => {
      port = (server.address() as AddressInfo).port;
      done();
    });
  });
  after((done) => void server.close(() => done()));

  it("is read in the form in which it is pinned, with the fingerprint that ssh-keygen prints", async () => {
    const { key, fingerprint } = await readHostKey("127.0.0.1", 5_000, port);
    assert.equal(key, pair.publicKey.trim().split(" ").slice(0, 2).join(" "));
    const { stdout } = spawnSync("ssh-keygen", ["-lf", "-"], { input: pair.publicKey, encoding: "utf8" });
    assert.ok(stdout.includes(fingerprint), stdout);
  });

  it("cannot be read where nothing answers", async () => {
    await assert.rejects(readHostKey("127.0.0.1", 5_000, 1), HostUnreachableError);
  });
});
