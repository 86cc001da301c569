/**
 * The dynamic resource HealthGate: proves every secondary before the primary is touched. First both views, GitHub's and
 * the host's, then a real job on exactly that runner.
 */
import { setTimeout as delay } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { configure, openGitHub, withHostIfReachable } from "./provider-access";
import {
  diffGate,
  type GateEvidence,
  type GateInputs,
  type GateState,
  type GateSubject,
  judgeSubject,
} from "../runner/plan-gate";
import { proveJob } from "../runner/smoke-job";
import { hostScript } from "../scripts/read-script";
import { DynamicResource, type Inputs } from "./dynamic-resource";

const CLOSED = "The health gate stays closed, the primary is not touched.";
const POLL_MS = 500;
const PROBE_LIMIT_MS = 20_000;

async function service(subject: GateSubject): Promise<string | undefined> {
  const { runScript } = require("@ghrunners/core/ssh/script") as typeof import("@ghrunners/core/ssh/script");
  const shown = await withHostIfReachable(subject.host, (session) =>
    runScript(
      session,
      hostScript("service.sh"),
      "show",
      { UNIT: subject.unit, RUNNER_USER, RUNNER_HOME },
      PROBE_LIMIT_MS,
    ),
  );
  return shown?.trim().split("\n")[0];
}

async function proveViews(github: GitHubClient, inputs: GateInputs): Promise<GateEvidence["runners"]> {
  const deadline = Date.now() + inputs.onlineSeconds * 1_000;
  for (;;) {
    const seen = await Promise.all(
      inputs.subjects.map(async (subject) => {
        const [atGitHub, unit] = await Promise.all([github.runner(subject.runnerId), service(subject)]);
        return { subject, atGitHub, problems: judgeSubject(subject, atGitHub, unit) };
      }),
    );
    const problems = seen.flatMap((view) => view.problems);
    if (problems.length === 0) {
      return seen.map(({ subject, atGitHub }) => ({
        name: subject.runnerName,
        id: subject.runnerId,
        version: atGitHub?.version ?? "unknown",
        unit: subject.unit,
      }));
    }
    if (Date.now() > deadline) {
      throw new Error(`${CLOSED} ${problems.join(". ")}. Next: mend that runner, then pulumi up --refresh`);
    }
    await delay(POLL_MS);
  }
}

async function prove(inputs: GateInputs): Promise<GateState> {
  const github = await openGitHub(inputs);
  const runners = await proveViews(github, inputs);
  const jobs: GateEvidence["jobs"][number][] = [];
  for (const subject of inputs.subjects) {
    jobs.push(
      await proveJob(github, inputs.smoke, subject).catch((error: Error) => {
        throw new Error(`${CLOSED} ${error.message}`);
      }),
    );
  }
  return { ...inputs, evidence: { provedAt: new Date().toISOString(), runners, jobs } };
}

export const provider: pulumi.dynamic.ResourceProvider<GateInputs, GateState> = {
  configure,
  diff: async (_id, olds, news) => diffGate(olds, news),
  create: async (inputs) => ({ id: "gate", outs: await prove(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await prove(news) }),
};

/** Proof that the secondaries work, taken before the primary is changed. A failed proof stops the update there. */
export class HealthGate extends DynamicResource {
  declare readonly evidence: pulumi.Output<GateEvidence>;

  constructor(name: string, inputs: Inputs<GateInputs>, opts: pulumi.CustomResourceOptions) {
    super("HealthGate", name, inputs, ["evidence"], opts);
  }
}
