import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { utils } from "ssh2";
import { renderIncidents, exitCodeOf } from "@ghrunners/cli/incidents/render";
import { collectMonitoring } from "@ghrunners/cli/monitoring/collect";
import { incidentsOfTargets, type IncidentsInput } from "@ghrunners/cli/incidents/targets";
import { renderList, listOf } from "@ghrunners/cli/review/list";
import { readHistory } from "@ghrunners/cli/review/read-history";
import { reviewOf } from "@ghrunners/cli/review/run";
import { type CommandResult, type HostSession, HostUnreachableError } from "@ghrunners/core/ssh/session";
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

/** An address to which nothing can connect, so that no test waits: TCP has no multicast. */
const unreachable = { name: "app", address: "224.0.0.1", user: "deploy", hostKey: "ssh-ed25519 AAAA" };

describe("a target that does not answer", () => {
  const source = { kind: "ssh-key", targets: ["app"] };
  const common = {
    targets: [unreachable],
    sshPrivateKey: utils.generateKeyPairSync("ed25519").private,
    secrets: [{ name: "DEPLOY_KEY", source }],
  };
  const settingsWith = (secretValues: Record<string, string>) =>
    ({ ...common, secretValues }) as unknown as Parameters<typeof readHistory>[0];
  const incidents = (secretValues: Record<string, string>) => {
    const keys = settingsWith(secretValues);
    const { targets, sshPrivateKey: privateKey } = keys;
    const repository = {} as IncidentsInput["repository"];
    return incidentsOfTargets({ keys, targets, privateKey, send: false, repository, token: "", runbooks: "" });
  };
  const next = "Next: ghrunners doctor, then ghrunners deploy --version V";
  let folder = "";
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-first-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("awaits its first deployment while the stack holds no key for it: no problem, and what comes next", async () => {
    const found = await incidents({});
    assert.equal(exitCodeOf(found), 0);
    assert.match(found[0]?.problem ?? "", /^224\.0\.0\.1 does not answer on port 22/);
    const text = renderIncidents(found);
    assert.match(text, /^app\n {2}no deployment yet: app does not answer, and the stack holds no key/);
    assert.ok(text.endsWith(`${next}\n`), text);
  });

  it("is a problem once the stack holds one", async () => {
    const found = await incidents({ DEPLOY_KEY: "a key" });
    assert.equal(exitCodeOf(found), 1);
    assert.match(renderIncidents(found), /^app\n {2}cannot be reached: 224\.0\.0\.1 does not answer on port 22/);
  });

  it("has no records while the stack holds no key for it, so there is nothing to review", async () => {
    const said: string[] = [];
    const history = await readHistory(settingsWith({}), "app", (line) => said.push(line));
    assert.deepEqual(history.records, []);
    assert.equal(said.length, 1);
    assert.ok(said[0]?.endsWith(next), said[0]);
    const output = path.join(folder, "review.json");
    const ask = (id: string | undefined, more: object): number =>
      reviewOf([{ name: "app", ...history }], id, { kind: "review", days: 7, json: true, output, ...more });
    assert.equal(ask("latest", {}), 0);
    assert.equal(readFileSync(output, "utf8"), "null\n");
    assert.equal(ask(undefined, { list: true }), 0);
    assert.equal(ask(undefined, { criteria: true }), 0);
    assert.throws(() => ask("20261130-1", {}), /No deployment "20261130-1" is recorded on app/);
  });

  it("cannot be reviewed once the stack holds one", async () => {
    await assert.rejects(readHistory(settingsWith({ DEPLOY_KEY: "a key" }), "app"), HostUnreachableError);
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
