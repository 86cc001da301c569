/** The parts of a bug report, each with its source. */
import { release, type } from "node:os";
import { hasFailover } from "@ghrunners/config/failover";
import { machinesOf } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { examine } from "../doctor/run";
import { driftOf, readState } from "../drift/drift";
import type { StackState } from "../drift/state";
import { gateOf } from "../gate/run";
import { monitoringUrls } from "../monitoring/address";
import { collectMonitoring } from "../monitoring/collect";
import { capturePulumi } from "../pulumi/run";
import { pulumiProcess, type Stack } from "../pulumi/stack";
import { readHistory } from "../review/read-history";
import { statusOf } from "../status/status";
import type { ReportPart } from "./collect";
import { readHostFacts } from "./hosts";

/** Records of a target and workflow runs, newest first. */
const NEWEST = { records: 10, runs: 20 };

/** An archive may take longer than a screen. */
const DOCTOR_LIMIT_MS = 30_000;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function versions(stack: Stack): Promise<string> {
  const pulumi = await pulumiProcess(["version"], stack);
  const commit = await runProcess(["git", "describe", "--always", "--dirty"], {
    cwd: projectRoot,
    env: process.env,
  }).catch(() => ({ stdout: "" }));
  const project = require(`${projectRoot}/package.json`) as { version: string; dependencies?: object };
  return json({
    ghrunners: project.version,
    commit: commit.stdout.trim() || null,
    node: process.version,
    pulumi: pulumi.stdout.trim() || null,
    system: `${type()} ${release()}`,
    dependencies: project.dependencies ?? {},
  });
}

/** Types and URNs only: inputs and outputs may be secret. */
async function resources(stack: Stack): Promise<string> {
  const { deployment } = JSON.parse(await capturePulumi(stack, ["stack", "export"])) as {
    deployment: { resources?: { urn: string; type: string }[]; pending_operations?: { type: string }[] };
  };
  return json({
    resources: (deployment.resources ?? []).map(({ urn }) => urn),
    pending: (deployment.pending_operations ?? []).map(({ type: operation }) => operation),
  });
}

async function workflowRuns({ github, githubToken }: Settings): Promise<string> {
  const client = new GitHubClient(repositoryOf(github), githubToken);
  const { workflow_runs: runs } = await client.call("list the workflow runs", ({ rest }, names) =>
    rest.actions.listWorkflowRunsForRepo({ ...names, per_page: NEWEST.runs }),
  );
  return json(
    runs.map((run) => ({
      id: run.id,
      workflow: run.name ?? run.path,
      title: run.display_title,
      event: run.event,
      branch: run.head_branch,
      attempt: run.run_attempt,
      status: run.status,
      conclusion: run.conclusion,
      createdAt: run.created_at,
      updatedAt: run.updated_at,
    })),
  );
}

/** Parts that need no settings, so that an archive can be made of a stack whose configuration is wrong. */
export const stackParts = (stack: Stack): ReportPart[] => [
  { file: "versions.json", what: "versions of the programs", read: () => versions(stack) },
  {
    file: "configuration.json",
    what: "configuration, secrets left out",
    read: () => capturePulumi(stack, ["config", "--json"]),
  },
  {
    file: "outputs.json",
    what: "outputs of the stack, secrets left out",
    read: () => capturePulumi(stack, ["stack", "output", "--json"]),
  },
  {
    file: "resources.json",
    what: "resources in the state, without their values",
    namesOnly: true,
    read: () => resources(stack),
  },
  { file: "status.json", what: "ghrunners status", read: async () => json(await statusOf(stack)) },
  { file: "doctor.json", what: "ghrunners doctor", read: async () => json(await examine(stack.name, DOCTOR_LIMIT_MS)) },
  { file: "drift.json", what: "ghrunners drift", read: async () => json(await driftOf(stack)) },
];

/** Parts that need the stack's settings. */
export function settingsParts(stack: Stack, settings: Settings): ReportPart[] {
  const { sshPrivateKey, monitoring, targets, environment, github } = settings;
  const urls = monitoringUrls(settings);
  const host = (name: string, read: () => Promise<string>): ReportPart => ({
    file: `hosts/${name}.txt`,
    what: `state and newest journal lines of ${name}`,
    read,
  });
  // Read once, by the first host that needs it: each read starts Pulumi.
  let state: Promise<StackState> | undefined;
  const runnerHost = async (name: string): Promise<string> => {
    const made = (await (state ??= readState(stack))).runners.find((runner) => runner.name === name);
    if (made === undefined) throw new Error("the state has no such runner");
    const unit = made.unit || runnerUnit(github.repository, name);
    return readHostFacts(made.host, sshPrivateKey, [unit, "ghrunners-*"]);
  };
  return [
    ...(hasFailover(settings)
      ? [{ file: "gate.json", what: "ghrunners gate", read: async () => json(await gateOf(stack.name, settings)) }]
      : []),
    ...(urls === undefined
      ? []
      : [
          {
            file: "alerts.json",
            what: "ghrunners alerts",
            read: async () => json(await collectMonitoring(urls, environment)),
          },
        ]),
    { file: "runs.json", what: `the last ${NEWEST.runs} workflow runs`, read: () => workflowRuns(settings) },
    ...targets.map(({ name }) => ({
      file: `deployments/${name}.json`,
      what: `the last ${NEWEST.records} deployments to ${name}`,
      read: async () => {
        const seen = await readHistory(settings, name);
        return json({ ...seen, records: seen.records.slice(-NEWEST.records) });
      },
    })),
    ...(settings.hosts === "skip" ? [] : machinesOf(settings).map(({ name }) => host(name, () => runnerHost(name)))),
    ...targets.map(({ name, address, user, hostKey }) =>
      host(name, () => readHostFacts({ host: address, user, hostKey }, sshPrivateKey, ["ghrunners-*"])),
    ),
    ...(monitoring === undefined
      ? []
      : [
          host("monitoring", () =>
            readHostFacts(monitoring, sshPrivateKey, ["ghrunners-*", "prometheus*", "alertmanager*", "grafana*"]),
          ),
        ]),
  ];
}
