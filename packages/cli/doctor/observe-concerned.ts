/**
 * Reads what an announcement of GitHub's can concern. Workflows that are as in this checkout are read there, the others
 * at GitHub.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { serverVersion, workflowVariable } from "@ghrunners/components/preflight/gate-machine";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { projectRoot } from "@ghrunners/core/project-root";
import { DELIVERY_VARIABLE, GATE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import type { AskedGitHub, Fact, WorkflowsSeen } from "./facts";
import { readWorkflow } from "./read-workflow";

/** More are not asked for: each costs a request, and GitHub refuses an account 100 at once. */
export const MOST_WORKFLOWS = 60;

type Files = Readonly<Record<string, string>>;

const isWorkflow = (file: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file);

/** @param files object ids on the default branch, by path @param checkout the same of this checkout */
export async function observeWorkflows(
  github: Pick<GitHubClient, "textOf">,
  files: Files,
  checkout: Files,
): Promise<WorkflowsSeen> {
  const workflows = Object.keys(files).filter(isWorkflow);
  const here = workflows.filter((file) => checkout[file] === files[file]);
  const there = workflows.filter((file) => !here.includes(file));
  const own = here.map((file) => [file, readFileSync(path.join(projectRoot, file), "utf8")] as const);
  const others = await Promise.all(
    there.slice(0, MOST_WORKFLOWS).map(async (file) => [file, await github.textOf(file)] as const),
  );
  return {
    needs: Object.fromEntries([...own, ...others].map(([file, text]) => [file, readWorkflow(text)])),
    unread: there.slice(MOST_WORKFLOWS),
  };
}

async function machineVariables(github: GitHubClient): Promise<Record<string, string>> {
  const found = await Promise.all(
    [GATE_VARIABLE, DELIVERY_VARIABLE].map(async (name) => [name, await workflowVariable(github, name)] as const),
  );
  return Object.fromEntries(found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}

/**
 * @param url web address of GitHub @param files object ids on the default branch, by path
 * @param checkout the same of this checkout @param read reads one fact within the doctor's time limit
 */
export async function observeConcerned(
  github: GitHubClient,
  url: string,
  files: Promise<Fact<Files>>,
  checkout: Files,
  read: <T>(work: () => Promise<T>) => Promise<Fact<T>>,
): Promise<Pick<AskedGitHub, "workflows" | "machines" | "server">> {
  const [workflows, machines, server] = await Promise.all([
    files.then((found) => ("error" in found ? found : read(() => observeWorkflows(github, found.value, checkout)))),
    read(() => machineVariables(github)),
    read(() => serverVersion(github, url)),
  ]);
  return { workflows, machines, server };
}
