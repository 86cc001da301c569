import { spawn, type ChildProcess } from "node:child_process";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import type { Finished } from "@ghrunners/core/process";
import { deployDirectly } from "@ghrunners/lab/driver/demo-app";
import { driverEnvironment, execLine, labExec } from "@ghrunners/lab/driver/exec";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";
import { until } from "@ghrunners/core/until";
import type { RunbookState } from "./states";

const LIMIT_MS = 90_000;
const { id: app } = standingHosts.app;
const conflict = "/run/systemd/system/demo-app-backend.service.d/conflict.conf";

const deploy = (version: string): Promise<Finished> => labExec(...deployDirectly(version));

/** Deploys a good version. @throws Error with the command's words */
export async function installed(version: string): Promise<void> {
  const { code, all } = await deploy(version);
  if (code !== 0) throw new Error(all);
}

/** Deploys a version that must not come through. @param words what the command then says */
async function fails(version: string, words: RegExp): Promise<void> {
  const { code, all } = await deploy(version);
  if (code === 0 || !words.test(all))
    throw new Error(`Expected ${String(words)} and an exit code, got ${code}:\n${all}`);
}

const onApp = (rehearsal: Rehearsal, script: string): Promise<string> => rehearsal.inMachine(app, "sh", "-c", script);

let deployer: ChildProcess | undefined;

/** A deployment that waits for the health of a slow version; its deployer goes on in the background. */
async function startSlowDeployment(): Promise<void> {
  // A group of its own: killing it takes the worker too.
  const [node = "", ...args] = execLine(deployDirectly("3-slow"));
  deployer = spawn(node, args, {
    cwd: projectRoot,
    env: driverEnvironment(),
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  deployer.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await until('the step "start" has ended', LIMIT_MS, () => said.includes('step "start": ok'));
}

/** The deployer's machine and the agent on the target die at the same moment. */
async function killDeployerAndAgent(rehearsal: Rehearsal): Promise<void> {
  process.kill(-(deployer?.pid as number), "SIGKILL");
  await onApp(rehearsal, "pkill --signal KILL --full 'ghrunners-deploy[.]cjs run'");
}

/** States of a deployment target, in the order in which they are rehearsed; each ends with a healthy application. */
export const deploymentStates: Readonly<Record<string, RunbookState>> = {
  "deployment-undone": { begin: () => fails("3-half-broken", /: rolled_back after/) },
  "target-silent": {
    begin: (rehearsal) => onApp(rehearsal, "systemctl stop prometheus-node-exporter"),
  },
  "application-ill": { begin: (rehearsal) => onApp(rehearsal, "systemctl stop redis-server") },
  // Whatever starts the backend ends the cache: the new version is not healthy, nor is the old one after the undo.
  "rollback-failed": {
    begin: async (rehearsal) => {
      const unit = "[Unit]\\nConflicts=redis-server.service\\n";
      await onApp(
        rehearsal,
        `mkdir -p "$(dirname ${conflict})"; printf '${unit}' >${conflict}; systemctl daemon-reload`,
      );
      await fails("1", /: rollback_failed after/);
    },
    repair: (rehearsal) => onApp(rehearsal, `rm ${conflict} && systemctl daemon-reload`),
  },
  // As a disk leaves it that lost what it had.
  "state-unreadable": {
    begin: async (rehearsal) => {
      await onApp(
        rehearsal,
        ": >/var/lib/ghrunners/deployments/20000101T000000Z-dead.json; /opt/ghrunners/deploy/ghrunners-deploy metrics",
      );
    },
  },
  // Its guard was off before it began.
  "deployment-running": {
    begin: async (rehearsal) => {
      await onApp(rehearsal, "systemctl stop ghrunners-deploy-guard.path ghrunners-deploy-guard.service");
      await startSlowDeployment();
    },
  },
  "deployment-stuck": { begin: killDeployerAndAgent },
};
