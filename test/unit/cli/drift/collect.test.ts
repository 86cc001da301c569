import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { collect } from "@ghrunners/cli/drift/collect";

/** A GitHub that refuses every request; there is no host. */
describe("reading drift where GitHub refuses", () => {
  let server: http.Server;
  let status: number;

  beforeEach(async () => {
    server = http.createServer((_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message: "refused" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const look = (): ReturnType<typeof collect> => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return collect({
      github: { url, repository: "octo-org/demo-app", token: "expired" },
      environment: "production",
      managesRepository: true,
      hosts: [],
      sshPrivateKey: "none",
    });
  };
  const all = ["environment", "repository", "rules", "runners", "secrets and variables"];

  it("reports an expired token once, and each part that it hides as unknown", async () => {
    status = 401;
    const { errors, unknown } = await look();
    assert.equal(errors.length, 1, errors.join("\n"));
    assert.match(errors[0] ?? "", /401, the token is wrong, expired or revoked/);
    assert.deepEqual(unknown, all);
  });

  it("reports each permission that is missing as a cause of its own", async () => {
    status = 403;
    const { errors, unknown } = await look();
    assert.deepEqual(unknown, all);
    for (const action of ["list the runners", "read the environment", "list the repository's secrets"])
      assert.ok(
        errors.some((error) => error.includes(action)),
        `${action}: ${errors}`,
      );
  });
});
