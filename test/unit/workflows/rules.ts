/**
 * The project's rules for workflows, as a function of one file. Pure. Mirrors what zizmor calls unpinned-uses,
 * excessive-permissions, template-injection, dangerous-triggers, self-hosted-runner and secrets-inherit.
 */
import { parseDocument } from "yaml";
import { isPinned } from "@ghrunners/policy/guards/actions-pinned";
import { foreignEvents } from "@ghrunners/policy/guards/pull-requests-hosted";
import { workflowFacts } from "@ghrunners/policy/workflows";

type Mapping = Record<string, unknown>;
const mapping = (value: unknown): Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Contexts whose text an outsider may have written; in a script it would be run as code. */
const untrusted =
  /\$\{\{[^}]*\b(github\.(event|head_ref|ref_name|actor|base_ref)|inputs|needs|steps|matrix|vars|secrets)\b/;

const hosted = /^(ubuntu|windows|macos)-/;

/** A job that may run on a self-hosted runner: by its labels, or because an expression chooses them. */
const mayBeSelfHosted = (job: Mapping): boolean => {
  const runsOn = job["runs-on"];
  if (runsOn === undefined) return false;
  const labels = (Array.isArray(runsOn) ? runsOn : [runsOn]).map(String);
  return !labels.every((label) => hosted.test(label));
};

function jobProblems(id: string, job: Mapping, isLane: boolean, events: readonly string[]): string[] {
  const problems: string[] = [];
  const says = (text: string): void => void problems.push(`job ${id}: ${text}`);
  const isCall = job.uses !== undefined;
  if (!isCall && job["timeout-minutes"] === undefined) says("has no timeout-minutes");
  if (
    !isCall &&
    job.permissions === undefined &&
    list(job.steps).some((step) => JSON.stringify(step).includes("github.token"))
  ) {
    says("uses the token without permissions of its own");
  }
  if (job.permissions === "write-all" || job.permissions === "read-all") says(`has permissions: ${job.permissions}`);
  // GitHub gives a called workflow its environment's secrets in no other way (actions/runner issue 4453).
  if (job.secrets === "inherit" && job.uses !== "./.github/workflows/deploy.yml") says("hands on every secret");
  if (events.some((event) => foreignEvents.has(event))) {
    const guarded = textOf(job.if).includes("github.event.pull_request.head.repo.full_name == github.repository");
    const isChosen = typeof job["runs-on"] === "string" && job["runs-on"].includes("fromJSON(vars.DELIVERY_RUNNER");
    if (mayBeSelfHosted(job) && !(guarded && isChosen)) says("may run a pull request on a self-hosted runner");
    if (/\bsecrets\./.test(JSON.stringify(job)) && !guarded) says("uses secrets and does not skip forks");
  }
  const isLabelled = /production|needs\.gate\.outputs\.labels/.test(JSON.stringify(job["runs-on"] ?? ""));
  if (isLabelled && job.environment === undefined) says("runs on production labels without an environment");
  if (job.environment !== undefined && !isLane && job.concurrency === undefined)
    says("deploys without a concurrency group");
  for (const [index, step] of list(job.steps).map(mapping).entries()) {
    const run = textOf(step.run);
    if (untrusted.test(run)) says(`step ${index + 1} puts ${untrusted.exec(run)?.[0]} }} into its script`);
    if (run !== "" && step.shell === undefined) says(`step ${index + 1} has no shell`);
    const isCheckout = /^actions\/checkout@/.test(textOf(step.uses));
    if (isCheckout && mapping(step.with)["persist-credentials"] !== false)
      says(`step ${index + 1} keeps its credentials`);
  }
  return problems;
}

function laneProblems(where: string, concurrency: unknown): string[] {
  const lane = mapping(concurrency);
  if (concurrency === undefined || lane["cancel-in-progress"] === true) return [];
  return lane["cancel-in-progress"] === false && lane.queue === "max"
    ? []
    : [`${where}: a concurrency group that cancels no run needs cancel-in-progress: false and queue: max`];
}

/** @returns every rule that the file breaks; none where it is fine */
export function workflowProblems(file: string, text: string): string[] {
  const root = mapping(parseDocument(text).toJS());
  const { events, actions } = workflowFacts(file, text);
  const problems: string[] = [];
  if (JSON.stringify(root.permissions) !== "{}") problems.push("permissions: {} is missing at the top");
  if (events.includes("pull_request_target")) problems.push("pull_request_target runs with secrets");
  for (const { uses, comment } of actions) {
    if (uses.startsWith("./")) continue;
    if (!isPinned(uses)) problems.push(`${uses} is not pinned by its commit`);
    else if (!/^v\d+(\.\d+)*$/.test(comment ?? "")) problems.push(`${uses} has no version in a comment`);
  }
  problems.push(...laneProblems("workflow", root.concurrency));
  for (const [id, job] of Object.entries(mapping(root.jobs))) {
    const { concurrency } = mapping(job);
    problems.push(...laneProblems(`job ${id}`, concurrency));
    problems.push(...jobProblems(id, mapping(job), root.concurrency !== undefined, events));
  }
  return problems;
}
