import type { ApiToken, GitHubState } from "../model";
import type { TokenPermissions } from "../seed";
import type { JobMessage } from "../runner-protocol/messages";
import { eventPayload, jobContexts } from "./contexts";
import { definitionOf, type JobRecord, nodeOf, type RunRecord, type RunScope, scopeOf } from "./records";
import { type EngineContext, variablesFor } from "./engine-context";
import { keys, literalOf, member, type WorkflowTemplate } from "./template";

/** What is drawn at random for a job, and the secrets it may see. */
export interface JobSecrets {
  readonly jobToken: string;
  readonly apiToken: string;
  /** By name: the repository's, overlaid by the environment's. */
  readonly secrets: Readonly<Record<string, string>>;
}

const renewMilliseconds = 2_000;

/** Everything a worker needs for a job. The result holds secrets. */
export function jobMessage(
  state: GitHubState,
  run: RunRecord,
  job: JobRecord,
  given: JobSecrets,
  context: EngineContext,
): JobMessage {
  const node = nodeOf(run, job.node);
  const scope = scopeOf(run, node);
  const { work } = definitionOf(run, node);
  if (work.kind !== "steps") throw new Error(`Job ${job.id} calls a workflow and cannot be handed to a runner.`);
  const environment = job.environment?.name ?? null;
  const base = jobContexts(context.repository, variablesFor(state, run, environment), run, node, scope);
  const secrets = { ...secretsIn(state, run, scope, given.secrets, context), GITHUB_TOKEN: given.apiToken };
  return {
    jobId: job.id,
    name: job.name,
    jobToken: given.jobToken,
    timeoutMinutes: job.timeoutMinutes,
    contexts: {
      ...base,
      github: { ...(base.github as object), token: given.apiToken, job: node.jobId },
      strategy: job.strategy,
      matrix: job.matrix,
      secrets,
    },
    event: eventPayload(context.repository, run),
    masks: Object.values(secrets).filter((value) => value !== ""),
    env: [scope.workflow.env ?? null, work.env ?? null],
    defaults: [work.defaults, scope.workflow.defaults],
    steps: work.steps,
    outputs: work.outputs ?? null,
    environmentUrl: member(work.environment, "url") ?? null,
    renewMilliseconds,
  };
}

/** The secrets that a scope sees: all of the run's, or those that its caller handed on. */
function secretsIn(
  state: GitHubState,
  run: RunRecord,
  scope: RunScope,
  all: Readonly<Record<string, string>>,
  context: EngineContext,
): Readonly<Record<string, string>> {
  const call = run.nodes.find(({ id }) => id === scope.id);
  if (call === undefined) return all;
  const caller = scopeOf(run, call);
  const theirs = secretsIn(state, run, caller, all, context);
  if (scope.secrets === "all") return theirs;
  const contexts = jobContexts(context.repository, variablesFor(state, run, null), run, call, caller);
  return context.evaluator.textMap(scope.secrets, { ...contexts, secrets: theirs });
}

type Level = "read" | "write" | "none";
/** What a job may be granted, of what the emulator knows: the word in a workflow, and the token's permission. */
const jobPermissions = {
  actions: "actions",
  contents: "contents",
  issues: "issues",
  "pull-requests": "pull_requests",
} as const;

/**
 * Rights of a job's GITHUB_TOKEN: the job's `permissions`, else the workflow's, else the repository's default. Of
 * GitHub's permissions the emulator knows these; `administration` is never among them. A fork's job only reads.
 */
export function tokenPermissions(state: GitHubState, run: RunRecord, job: JobRecord): TokenPermissions {
  const node = nodeOf(run, job.node);
  const wanted = definitionOf(run, node).permissions ?? scopeOf(run, node).workflow.permissions;
  const level = (name: string): Level => {
    if (wanted === undefined) {
      const usual = state.repository.actions.workflow.defaultPermissions;
      return usual === "write" || name === "contents" ? usual : "none";
    }
    return levelIn(wanted, name);
  };
  const mostOf = (given: Level): Level => (given === "write" && run.pullRequest?.fork === true ? "read" : given);
  const granted = Object.entries(jobPermissions).filter(([name]) => level(name) !== "none");
  return {
    metadata: "read",
    ...Object.fromEntries(granted.map(([name, permission]) => [permission, mostOf(level(name))])),
  };
}

function levelIn(wanted: WorkflowTemplate, name: string): Level {
  const whole = literalOf(wanted);
  if (whole === "read-all") return "read";
  if (whole === "write-all") return "write";
  return keys(wanted).includes(name) ? (literalOf(member(wanted, name)) as Level) : "none";
}

/** The account that GITHUB_TOKEN acts as. */
export const botLogin = "github-actions[bot]";

/** Drops the tokens of jobs that are over. */
export function dropEndedTokens(state: GitHubState): void {
  const living = new Set(state.actions.jobs.flatMap((job) => job.apiTokenSha256 ?? []));
  const ended = (token: ApiToken) => token.login === botLogin && !living.has(token.sha256);
  if (state.tokens.some(ended)) state.tokens = state.tokens.filter((token) => !ended(token));
}
