import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { renderIncidents, exitCodeOf } from "@ghrunners/cli/incidents/render";
import { collectMonitoring } from "@ghrunners/cli/monitoring/collect";
import { renderList, listOf } from "@ghrunners/cli/review/list";
import type { CommandResult, HostSession } from "@ghrunners/core/ssh/session";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";

/** A host that answers every command so. */
const answering = (result: CommandResult): HostSession => ({
  run: () => Promise.resolve(result),
  close: () => undefined,
});

describe("a target to which nothing was deployed yet", () => {
  const stderr = "sudo: /opt/ghrunners/deploy/ghrunners-deploy: command not found\n";

  it("is distinguished from a target whose agent fails", async () => {
    const ask = (session: HostSession) => sshAgent(session).call(["history"], "", 1_000);
    await assert.rejects(ask(answering({ code: 1, stdout: "", stderr })), NoAgentError);
    const failed = await ask(answering({ code: 1, stdout: "", stderr: "sudo: a password is required\n" }));
    assert.deepEqual(failed, { code: 1, value: { error: "sudo: a password is required" } });
  });

  it("has no incident, which is no problem", () => {
    const found = [{ target: "app", deployed: false, incidents: [], sending: null, problem: null }];
    assert.equal(renderIncidents(found), "app\n  no deployment yet\n");
    assert.equal(exitCodeOf(found), 0);
  });

  it("has an empty list of deployments", () => {
    assert.equal(renderList(listOf([{ target: "app", deployments: [], open: null }])), "No deployment is recorded.\n");
  });
});

describe("monitoring that cannot be reached", () => {
  it("is reported with its address, what was seen and what to check", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const prometheus = `http://127.0.0.1:${port}`;
    await assert.rejects(
      collectMonitoring({ prometheus, alertmanager: prometheus }, "production"),
      /^Error: http:\/\/127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)\. Expected Prometheus .* Next: check ghrunners:monitoring/,
    );
  });
});
