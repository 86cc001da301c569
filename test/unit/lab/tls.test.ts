import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureAuthority, ensureServerCertificate } from "@ghrunners/lab/tls";

const hosts = { ips: ["127.0.0.1"], names: ["localhost"] };

describe("the lab's certificates", () => {
  let folder: string;
  const files = () => ({ certificate: path.join(folder, "server.pem"), key: path.join(folder, "server-key.pem") });
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-tls-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are accepted by a TLS 1.3 client that trusts the authority, and refused by one that does not", async () => {
    const authority = await ensureAuthority(folder, new Date());
    const pair = await ensureServerCertificate(authority, files(), hosts, new Date());
    const server = https.createServer(
      { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) },
      (_, response) => response.end("hello"),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const get = (ca?: Buffer): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        https
          .get({ host: "127.0.0.1", port, ca, minVersion: "TLSv1.3", agent: false }, (response) =>
            resolve(response.resume().statusCode),
          )
          .on("error", reject);
      });
    try {
      assert.equal(await get(readFileSync(authority.certificate)), 200);
      await assert.rejects(get(), /certificate|unable to verify/i);
    } finally {
      server.close();
    }
  });

  it("are made once, and again 30 days before they end", async () => {
    const authority = await ensureAuthority(folder, new Date());
    const first = readFileSync(
      (await ensureServerCertificate(authority, files(), hosts, new Date())).certificate,
      "utf8",
    );
    const second = readFileSync(
      (await ensureServerCertificate(authority, files(), hosts, new Date())).certificate,
      "utf8",
    );
    assert.equal(second, first);
    const later = new Date(Date.now() + 340 * 24 * 3600 * 1000);
    const third = readFileSync((await ensureServerCertificate(authority, files(), hosts, later)).certificate, "utf8");
    assert.notEqual(third, first);
  });

  it("keep their keys from other users", async () => {
    const authority = await ensureAuthority(folder, new Date());
    assert.equal(statSync(authority.key).mode & 0o077, 0);
  });
});
