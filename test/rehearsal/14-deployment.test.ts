import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { DeploymentRecord } from "../../deploy/records/record";
import type { Outcome } from "../../deploy/client/carryOut";
import { standingHosts } from "../../lab/hosts";
import { projectRoot } from "../../ops/pulumi/stack";
import { runProcess, type Finished } from "../../ops/process";
import { until } from "../support/until";

const LIMIT_MS = 90_000;
const env = { ...process.env, GHRUNNERS_LAB: process.env.GHRUNNERS_LAB || "test", STACK: "lab" };
const app = String(standingHosts.app.id);

/** The command as a person types it, on the demo application's machine. */
const command = (...args: string[]): Promise<Finished> =>
  runProcess([process.execPath, "scripts/run.mjs", ...args], { cwd: projectRoot, env });

async function deploy(version: string): Promise<{ code: number; result: Outcome }> {
  const { code, stdout, all } = await command("deploy", "--direct", "--version", version, "--json");
  assert.notEqual(stdout, "", all);
  return { code, result: JSON.parse(stdout) as Outcome };
}

function recordOf(result: Outcome): DeploymentRecord {
  assert.equal(result.kind, "over", JSON.stringify(result));
  return result.records.deployment;
}

async function onApp(script: string): Promise<string> {
  const line = [
    process.execPath,
    "--require",
    "./register.cjs",
    "lab/machines/main.ts",
    "exec",
    app,
    "sh",
    "-c",
    script,
  ];
  const { code, stdout, all } = await runProcess(line, { cwd: projectRoot, env });
  assert.equal(code, 0, all);
  return stdout.trim();
}

/** Everything that tells the version, and everything that must not be left. */
async function whole(version: string): Promise<void> {
  const look =
    "readlink /opt/demo-app/current; curl -s localhost/api/info; ls /var/lib/ghrunners/deploy; ls /opt/demo-app/releases | grep -c new";
  const seen = await onApp(`${look} || true`);
  assert.deepEqual(
    seen.split("\n").join(" ").replace("}journal", "} journal"),
    `releases/${version} {"version": "${version}"} journal.json 0`,
  );
}

describe("deployments of the demo application on its machine", function () {
  this.timeout(5 * LIMIT_MS);

  before(async () => {
    // Version 1 first, also where an earlier run left another one.
    const { code, result } = await deploy("1");
    assert.equal(code, 0, JSON.stringify(result));
  });

  it("looks without changing anything, deploys, and changes nothing the second time", async () => {
    await whole("1");
    const { code, all } = await command("deploy", "--direct", "--version", "2", "--check");
    assert.equal(code, 0, all);
    assert.match(all, /Nothing was changed. These steps would run: unpack, migrate/);
    await whole("1");
    assert.equal(recordOf((await deploy("2")).result).outcome, "succeeded");
    await whole("2");
    assert.deepEqual(await deploy("2"), { code: 0, result: { kind: "unchanged", version: "2" } });
  });

  it("goes back from a version that is healthy and half broken", async () => {
    const { code, result } = await deploy("3-half-broken");
    const { outcome, failure } = recordOf(result);
    assert.deepEqual([code, outcome, failure?.code], [1, "rolled_back", "smoke_test"]);
    assert.match(failure?.detail ?? "", /data API/);
    await whole("2");
  });

  it("goes back by itself when the deploying machine is gone in the middle", async () => {
    const deployer = spawn(process.execPath, ["scripts/run.mjs", "deploy", "--direct", "--version", "3-slow"], {
      cwd: projectRoot,
      env,
      // A group of its own: the power cut takes the worker too.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    deployer.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const gone = new Promise((resolve) => deployer.once("close", resolve));
    try {
      await until('the step "start" has ended', LIMIT_MS, () => said.includes('step "start": ok'));
    } finally {
      process.kill(-(deployer.pid as number), "SIGKILL");
      await gone;
    }
    await until(
      "the target has gone back",
      LIMIT_MS,
      async () => (await onApp("ls /var/lib/ghrunners/deploy")) === "journal.json",
    );
    await whole("2");
    const metrics = await onApp("cat /var/lib/prometheus/node-exporter/ghrunners_deploy.prom");
    assert.match(metrics, /^deployment_rollbacks_total\{reason="lease_expired"\} [1-9]/m);
    assert.match(metrics, /^deployment_version_info\{version="2"\} 1$/m);
  });
});
