import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { HostAddress } from "../components/host/args";
import { HOST_USER } from "../lab/hosts";
import { hostKeyOf } from "../lab/hosts/keys";
import { untilHostAnswers } from "../lab/hosts/ready";
import { currentInstance } from "../lab/instance";
import { labUp } from "../lab/lifecycle";
import { buildDemoApp } from "../lab/demo-app/build";
import { topology } from "../lab/topology";
import { runInside } from "../ops/inside";
import { openStack, projectRoot, stackName, type Stack } from "../ops/pulumi/stack";
import { settingsOf } from "../ops/settings";
import { errorText, note } from "../ops/terminal";
import { parsePlan } from "./plan/parse";
import { renderResult } from "./render";
import type { WorkerInput, WorkerOutput } from "./worker";

const help = `usage: npm run deploy -- --version V [--plan FILE] [--check|--retry-rollback] [--json]

Deploys a version to the plan's target, whole or not at all: any failure, a signal or a lost connection takes the target
back to the version it had, and the target does that by itself when this machine is gone.
Without --plan: the laboratory's demo application on its machine "app".
--retry-rollback: the target tries a failed rollback again, after what its incident names was mended; V is the version
that could not be undone. --check looks and changes nothing. The same version again changes nothing.
Exit code: 0 done or nothing to do, 1 it did not succeed, 2 wrong use.
`;

const options = {
  version: { type: "string" },
  plan: { type: "string" },
  check: { type: "boolean" },
  "retry-rollback": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Where a target is: a setting of the stack, or the laboratory's own machine. */
async function addressOf(stack: Stack, name: string): Promise<{ address: HostAddress; privateKey: string }> {
  const { targets, sshPrivateKey } = await settingsOf(stack.engine);
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) {
    const { address: host, user, hostKey } = found;
    return { address: { host, user, hostKey }, privateKey: sshPrivateKey };
  }
  if (stack.lab !== undefined && name === "app") {
    const hostKey = hostKeyOf(stack.lab.instance, "app");
    return { address: { host: topology.hosts.app.address, user: HOST_USER, hostKey }, privateKey: sshPrivateKey };
  }
  const known = targets.map((target) => target.name).join(", ") || "none is configured";
  throw new Error(`The plan's target "${name}" is not in ghrunners:targets. Known: ${known}.`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.version === undefined) {
    process.stderr.write(help);
    return 2;
  }
  const stack = await openStack(stackName(), note);
  if (values.plan === undefined && stack.lab === undefined)
    throw new Error("Only the laboratory has a demo application. Expected --plan FILE for another stack.");
  if (values.plan === undefined) {
    await labUp(currentInstance(), { projectRoot, say: note, hosts: ["monitoring", "app"] });
    await untilHostAnswers(currentInstance(), "app");
  }
  const planFile = values.plan ?? path.join(projectRoot, "lab/demo-app/deployment.yaml");
  const plan = parsePlan(planFile, readFileSync(planFile, "utf8"));
  const folder = values.plan === undefined ? buildDemoApp() : path.dirname(path.resolve(values.plan));
  const target = await addressOf(stack, plan.targets[0] ?? "");
  const result = await runInside<WorkerInput, WorkerOutput>(stack.engine, "deploy/worker.ts", {
    plan,
    folder,
    version: values.version,
    action: values["retry-rollback"] ? "retry rollback" : values.check ? "check" : "deploy",
    ...target,
  });
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : renderResult(result));
  if (result.kind === "checked") return result.problems.length === 0 ? 0 : 1;
  if (result.kind !== "over") return result.kind === "unchanged" ? 0 : 1;
  const { outcome } = result.records.deployment;
  return outcome === "succeeded" || (values["retry-rollback"] && outcome === "rolled_back") ? 0 : 1;
}

// The worker hears the terminal's signals too and takes the target back; its answer is waited for.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => note("waiting for the target to go back"));
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
