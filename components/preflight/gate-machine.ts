/**
 * Where the runner gate of deployments runs: on GitHub's own machines, which an Enterprise Server does not have.
 */
import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf } from "@ghrunners/core/github/errors";
import { setVariable } from "@ghrunners/core/github/gh";
import { apiBase, repositoryOf } from "@ghrunners/core/github/repository";
import { carries } from "@ghrunners/core/github/runner";
import { GATE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import type { PreflightInputs } from "./args";
import type { Answer } from "./observation";

/** What an Enterprise Server says of itself, and of the variable that names the gate's machine. */
export interface GateMachine {
  /** Version of the server, such as `3.17.1`. */
  readonly server: string;
  /** Text of GATE_RUNNER of the repository or of its organization; undefined: there is none. */
  readonly variable: string | undefined;
}

/** Text of a variable as `vars` in a workflow has it: the repository's, else the organization's that it shares. */
export const workflowVariable = async (github: GitHubClient, name: string): Promise<string | undefined> =>
  (await github.variable(name)) ?? (await sharedVariable(github, name));

async function sharedVariable(github: GitHubClient, name: string): Promise<string | undefined> {
  try {
    const found = await github.call("list the organization's variables", ({ rest }, names) =>
      rest.actions.listRepoOrganizationVariables({ ...names, per_page: 30 }),
    );
    return found.variables.find((each) => each.name === name)?.value;
  } catch (error) {
    // A person has no variables.
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Version of an Enterprise Server; undefined: it is GitHub's own. Only an Enterprise Server names a version of itself.
 * Source: GitHub Enterprise Server, "Get GitHub Enterprise Server meta information" (`installed_version`).
 * @param url web address of GitHub
 */
export async function serverVersion(github: GitHubClient, url: string): Promise<string | undefined> {
  if (!apiBase(url).startsWith(`${new URL(url).origin}/`)) return undefined;
  const meta = await github.call("read what server it is", ({ rest }) => rest.meta.get());
  return (meta as { readonly installed_version?: string }).installed_version;
}

/**
 * Undefined where GitHub has machines of its own. Source: GitHub Enterprise Server, "GitHub-hosted runners" (not
 * supported there).
 * @param url web address of GitHub
 */
export async function observeGateMachine(github: GitHubClient, url: string): Promise<GateMachine | undefined> {
  const server = await serverVersion(github, url);
  if (server === undefined) return undefined;
  return { server, variable: await workflowVariable(github, GATE_VARIABLE) };
}

function labelsIn(text: string): readonly string[] | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const isList = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
    return isList ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Why the gate would find no machine, or run on one of the runners that it judges; undefined: it has its own. */
export function gateMachineProblem(
  { server, variable }: GateMachine,
  { environment, runners, github }: Pick<PreflightInputs, "environment" | "runners" | "github">,
): string | undefined {
  const set = setVariable(repositoryOf(github), GATE_VARIABLE, '["self-hosted","gate"]');
  const expected =
    "Expected the labels of a machine that is none of the stack's runners, as a JSON list. " +
    `Next: ${set} (docs/how-to/workflows.md)`;
  if (variable === undefined)
    return (
      `GitHub Enterprise Server ${server} has no machines of its own, and the variable ${GATE_VARIABLE} is not set: ` +
      `the runner gate of every deployment would wait for one. ${expected}`
    );
  const labels = labelsIn(variable);
  if (labels === undefined) return `the variable ${GATE_VARIABLE} is ${variable}. ${expected}`;
  const judged = runners.filter(({ role }) => carries(runnerLabels(environment, role), labels));
  if (judged.length === 0) return undefined;
  const names = judged.map(({ name }) => name).join(" and ");
  return `the variable ${GATE_VARIABLE} is ${variable}: the runner gate may run on ${names}, which it judges. ${expected}`;
}

/** The same for the preview; empty also where it is not known: the update makes nothing by it. */
export function gateNotices(
  gate: Answer<GateMachine | undefined> | undefined,
  inputs: Pick<PreflightInputs, "environment" | "runners" | "github">,
): string[] {
  const seen = gate !== undefined && "value" in gate ? gate.value : undefined;
  const problem = seen && gateMachineProblem(seen, inputs);
  return problem === undefined ? [] : [problem];
}
