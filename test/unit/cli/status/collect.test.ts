import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { stripVTControlCharacters } from "node:util";
import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { collect } from "@ghrunners/cli/status/collect";
import { renderStatus } from "@ghrunners/cli/status/render";
import { judge, type StatusExpectation } from "@ghrunners/cli/status/report";
import { publishedSchema } from "../../../support/published-schema";

const validate = addFormats(new Ajv({ strict: false })).compile(publishedSchema("status"));
const expected: StatusExpectation = {
  stack: "acme",
  environment: "production",
  githubUrl: "https://github.com",
  repository: "octo-org/demo-app",
  hosts: "manage",
  monitored: true,
  switchLacks: undefined,
  runners: [{ name: "runner-1", role: "primary", vmId: 151, address: "198.51.100.51", labels: ["production"] }],
  knownRunners: [],
  deployment: {
    ...{ name: "production", reviewers: [], waitMinutes: 0, preventSelfReview: true },
    ...{ adminsCanBypass: false, branches: ["main"], tags: [] },
  },
};

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
      monitoring: { urls: { prometheus: url, alertmanager: url }, environment: "production" },
    });
  };

  it("reports an expired token once for each service, and nothing as missing", async () => {
    status = 401;
    const { errors, vms, runners, deployment, choice } = await look();
    assert.deepEqual(errors.map((error) => /^[^']+?(?='| cannot be read)/.exec(error)?.[0]).sort(), [
      "GitHub",
      "Monitoring",
      "Proxmox VE",
    ]);
    assert.deepEqual([vms, runners, deployment, choice], [undefined, undefined, undefined, undefined]);
  });

  it("shows each part that an expired token hides as not known, and the causes once", async () => {
    status = 401;
    const report = judge(expected, await look(), new Date("2026-11-22T10:00:00Z"));
    assert.ok(validate(report), JSON.stringify(validate.errors));
    const [first = "", causes = ""] = stripVTControlCharacters(renderStatus(report)).split("3 problem(s):\n");
    assert.equal(
      first,
      `
octo-org/demo-app  stack acme  environment production

Machines (Proxmox VE)
  ○ runner-1  primary  VM 151  198.51.100.51  unknown

Runners (GitHub)
  ○ runner-1  primary  unknown  -

Environment (GitHub)
  ○ production: not known

Monitoring
  ○ not known

Next deployment
  ○ not known

Last job
  ○ not known

`,
    );
    assert.deepEqual(
      causes
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => /^ {2}- (Proxmox VE|GitHub|Monitoring)/.exec(line)?.[1])
        .sort(),
      ["GitHub", "Monitoring", "Proxmox VE"],
    );
    assert.deepEqual(report.unknown, [
      ...["machines", "runners", "deployment", "monitoring", "maintenance", "pause", "choice", "lastJob"],
    ]);
  });

  it("calls nothing unknown that the stack does not have", () => {
    const none = { ...expected, hosts: "skip" as const, monitored: false, deployment: null };
    assert.deepEqual(judge(none, { vms: [], errors: [] }, new Date()).unknown, []);
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
