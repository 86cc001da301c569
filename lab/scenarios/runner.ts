/** The deployer on a runner of the lab: the bundle that a deployment job runs, started from the runner's console. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { quote } from "@ghrunners/core/ssh/render-script";
import { bundleDeployer } from "@ghrunners/deploy/deployer/bundle";
import { runOnMachine, type ShellResult } from "../hosts";
import { ownerOf, repositoryOf } from "../owner";
import { topology } from "../topology";
import { scriptOf } from "./app";
import type { Testbed } from "./testbed";
import type { HoldPoint } from "./plan";

interface Runner {
  readonly name: string;
  readonly role: "primary" | "secondary";
  readonly vmId: number;
}

/** What deploy.yml gives a job of this runner that was requested by hand. */
function jobOf(testbed: Testbed, { name, role }: Runner): Record<string, string> {
  const { fullName, operator } = repositoryOf(ownerOf(testbed.instance));
  return {
    GITHUB_SERVER_URL: `https://${topology.github.address}`,
    GITHUB_REPOSITORY: fullName,
    GITHUB_RUN_ID: "1",
    GITHUB_ACTOR: operator,
    RUNNER_NAME: name,
    DEPLOY_ENVIRONMENT: "lab",
    WANTED_RUNNER: role,
    GATE_REASON: "asked for by hand",
    GATE_LABELS: JSON.stringify(["self-hosted", "linux", "x64", "lab", role]),
    DEPLOY_TARGETS: JSON.stringify([
      { name: "app", address: testbed.address.host, user: testbed.address.user, hostKey: testbed.address.hostKey },
    ]),
  };
}

async function filesOf(plan: object, folder: string, version: string): Promise<string> {
  const fresh = mkdtempSync(path.join(tmpdir(), "ghr-scenario-"));
  try {
    writeFileSync(path.join(fresh, "deployer.cjs"), (await bundleDeployer()).text);
    writeFileSync(path.join(fresh, "plan.yaml"), stringify(plan));
    for (const name of ["SHA256SUMS", `demo-app-${version}.tar.gz`])
      copyFileSync(path.join(folder, name), path.join(fresh, name));
    return execFileSync("tar", ["-cz", "-C", fresh, "."], { maxBuffer: 2 ** 26 }).toString("base64");
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

/**
 * Starts a deployment on the runner's machine.
 * @returns how it ended, when it has; a runner that loses its power ends it with it
 */
export async function startOnRunner(
  testbed: Testbed,
  runner: Runner,
  version: string,
  holdAfter?: HoldPoint,
): Promise<{ ended: Promise<ShellResult> }> {
  const { plan, folder, privateKey } = testbed.order(version, holdAfter);
  const exported = Object.entries(jobOf(testbed, runner)).map(([name, value]) => `export ${name}=${quote(value)}`);
  const files = await filesOf(plan, folder, version);
  const variables = [`KEY=${quote(privateKey)}`, `FILES=${quote(files)}`, `VERSION=${quote(version)}`];
  const script = [...variables, ...exported, scriptOf("start-deployer.sh")].join("\n");
  return { ended: runOnMachine(testbed.instance, runner.vmId, script) };
}
