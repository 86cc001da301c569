import type { Seed } from "../seed";
import { asText, type Contexts, type StatusCheck } from "./expressions";
import type { JobNode, RunRecord, RunScope } from "./records";
import type { Json } from "./template";

/** The repository as expressions see it. */
export interface WorkflowRepository {
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  readonly id: number;
  readonly defaultBranch: string;
  /** For example https://github.com; no slash at the end. */
  readonly serverUrl: string;
  readonly apiUrl: string;
}

export function repositoryFacts({ owner, repository, publicUrl }: Seed): WorkflowRepository {
  const serverUrl = publicUrl.replace(/\/$/, "");
  return {
    owner: owner.login,
    ownerId: owner.id,
    name: repository.name,
    id: repository.id,
    defaultBranch: repository.defaultBranch,
    serverUrl,
    apiUrl: `${serverUrl}/api/v3`,
  };
}

/** The `github` context without what only the runner knows (workspace, action, job). */
export function githubContext(
  repository: WorkflowRepository,
  run: RunRecord,
  scope: RunScope,
): { [key: string]: Json } {
  const fullName = `${repository.owner}/${repository.name}`;
  return {
    repository: fullName,
    repository_owner: repository.owner,
    repository_id: String(repository.id),
    repository_owner_id: String(repository.ownerId),
    ref: run.ref,
    ref_name: run.ref.replace(/^refs\/(heads|tags|pull)\//, ""),
    ref_type: run.ref.startsWith("refs/tags/") ? "tag" : "branch",
    sha: run.pullRequest?.mergeSha ?? run.headSha,
    head_ref: run.pullRequest === undefined ? "" : run.headBranch,
    base_ref: run.pullRequest?.base ?? "",
    event_name: run.event,
    event: eventPayload(repository, run),
    workflow: run.name,
    workflow_ref: `${fullName}/.github/workflows/${run.workflowFile}@${run.ref}`,
    workflow_sha: run.pullRequest?.mergeSha ?? run.headSha,
    job_workflow_ref: `${fullName}/.github/workflows/${scope.workflow.file}@${run.ref}`,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    actor: run.actor,
    triggering_actor: run.triggeringActor,
    server_url: repository.serverUrl,
    api_url: repository.apiUrl,
    graphql_url: `${repository.serverUrl}/api/graphql`,
    retention_days: "90",
  };
}

/** The event as GITHUB_EVENT_PATH holds it, as far as it has meaning here. */
export function eventPayload(repository: WorkflowRepository, run: RunRecord): { [key: string]: Json } {
  const fullName = `${repository.owner}/${repository.name}`;
  const { pullRequest } = run;
  return {
    ...(pullRequest === undefined ? {} : { action: pullRequest.action, number: pullRequest.number }),
    ...(pullRequest === undefined ? {} : { pull_request: pullRequestPayload(fullName, run, pullRequest) }),
    inputs: Object.fromEntries(
      Object.entries(run.scopes[0]?.inputs ?? {}).map(([name, value]) => [name, asText(value)]),
    ),
    ref: run.ref,
    workflow: `.github/workflows/${run.workflowFile}`,
    repository: {
      id: repository.id,
      name: repository.name,
      full_name: fullName,
      default_branch: repository.defaultBranch,
      owner: { login: repository.owner, id: repository.ownerId },
    },
    sender: { login: run.actor },
  };
}

function pullRequestPayload(
  fullName: string,
  { actor, headBranch, headSha }: RunRecord,
  { number, base, fork }: NonNullable<RunRecord["pullRequest"]>,
): { [key: string]: Json } {
  const head = fork ? fullName.replace(/^[^/]+/, actor) : fullName;
  return {
    number,
    head: { ref: headBranch, sha: headSha, repo: { full_name: head, fork } },
    base: { ref: base, repo: { full_name: fullName, fork: false } },
    user: { login: actor },
  };
}

/** `needs` of a node: direct needs with result and outputs. */
export function needsContext(run: RunRecord, node: JobNode): { [key: string]: Json } {
  return Object.fromEntries(
    node.needs.flatMap((id) => {
      const need = run.nodes.find((other) => other.id === id);
      return need === undefined ? [] : [[need.jobId, { result: need.result ?? "", outputs: { ...need.outputs } }]];
    }),
  );
}

/** Nodes that must end before this one, also through others. */
function ancestors(run: RunRecord, node: JobNode, seen = new Set<string>()): JobNode[] {
  for (const id of node.needs) {
    if (seen.has(id)) continue;
    seen.add(id);
    const need = run.nodes.find((other) => other.id === id);
    if (need !== undefined) ancestors(run, need, seen);
  }
  return run.nodes.filter((other) => seen.has(other.id));
}

/** success(): every need succeeded. failure(): an ancestor failed. cancelled(): the run was cancelled. */
export function statusOf(run: RunRecord, node: JobNode): StatusCheck {
  const direct = run.nodes.filter((other) => node.needs.includes(other.id));
  const cancelled = run.cancelRequestedAt !== undefined;
  return {
    success: !cancelled && direct.every((need) => need.result === "success"),
    failure: !cancelled && ancestors(run, node).some((need) => need.result === "failure"),
    cancelled,
  };
}

export function jobContexts(
  repository: WorkflowRepository,
  variables: Readonly<Record<string, string>>,
  run: RunRecord,
  node: JobNode,
  scope: RunScope,
): Contexts {
  return {
    github: githubContext(repository, run, scope),
    inputs: scope.inputs,
    vars: { ...variables },
    needs: needsContext(run, node),
  };
}
