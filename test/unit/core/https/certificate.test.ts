import assert from "node:assert/strict";
import net from "node:net";
import tls from "node:tls";
import { readCertificate } from "@ghrunners/core/https/certificate";
import { issueAuthority, issueServer } from "@ghrunners/lab/certificates";

const day = 24 * 60 * 60 * 1000;

describe("the certificate of a service", () => {
  const open: net.Server[] = [];
  const listen = (server: net.Server): Promise<string> =>
    new Promise((resolve) => {
      open.push(server);
      server.listen(0, "127.0.0.1", () => resolve(`https://127.0.0.1:${(server.address() as net.AddressInfo).port}`));
    });
  afterEach(() => open.splice(0).forEach((server) => server.close()));

  it("is read although this machine does not trust it, with its end and the reason", async () => {
    const now = new Date();
    const pair = await issueServer(await issueAuthority(now), { ips: ["127.0.0.1"], names: [] }, now);
    const url = await listen(tls.createServer({ key: pair.key, cert: pair.certificate }));
    const { ends, untrusted } = await readCertificate(url, 5_000);
    assert.ok(Math.abs(ends - (now.getTime() + 365 * day)) < 60_000, new Date(ends).toISOString());
    // The last one where the tests run with the lab's authority: it has the name of this one, and another key.
    assert.match(untrusted ?? "", /^(UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE)/);
  });

  it("of a service that refuses is an error with its code", async () => {
    const url = await listen(net.createServer());
    open.splice(0).forEach((server) => server.close());
    await assert.rejects(readCertificate(url, 5_000), { code: "ECONNREFUSED" });
  });

  it("of a service that says nothing is an error when the time is over", async () => {
    const sockets: net.Socket[] = [];
    const url = await listen(net.createServer((socket) => void sockets.push(socket)));
    await assert.rejects(readCertificate(url, 50), { code: "ETIMEDOUT" });
    sockets.forEach((socket) => socket.destroy());
  });
});
