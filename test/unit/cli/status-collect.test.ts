import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { collect } from "@ghrunners/cli/status/collect";

/** Services that refuse every request, as they do when a token has expired. */
describe("reading a stack's status where the services refuse", () => {
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
      proxmox: { endpoint: url, token: "pulumi@pve!x=1" },
      github: { url, repository: "octo-org/demo-app", token: "expired" },
      runnerNames: ["runner-1"],
      environment: "production",
      monitoring: null,
    });
  };

  it("reports an expired token once for each service, and nothing as missing", async () => {
    status = 401;
    const { errors, vms, runners, deployment, choice } = await look();
    assert.deepEqual(
      errors.map((error) => error.split(" cannot be read")[0]).map((what) => what?.split("'")[0]),
      ["Proxmox VE", "GitHub"],
    );
    assert.deepEqual([vms, runners, deployment, choice], [undefined, undefined, undefined, undefined]);
  });

  it("reports each permission that the token lacks", async () => {
    status = 403;
    const { errors } = await look();
    const actions = ["list the runners", "read the environment", "read the variable DEPLOY_RUNNER"];
    for (const action of actions)
      assert.ok(
        errors.some((error) => error.includes(action)),
        `${action}: ${errors}`,
      );
  });
});
