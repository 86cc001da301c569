/** The parts of workflow files that guards use. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";

/** The parts of a job that guards use. */
export interface WorkflowJobFacts {
  readonly id: string;
  /** Labels of runs-on; undefined if an expression decides them, or if the job calls another workflow. */
  readonly labels: readonly string[] | undefined;
  /** Whether the job itself runs on a runner, rather than calling a workflow. */
  readonly runsHere: boolean;
  /** Whether its condition leaves out pull requests of forks, so that only people with write access start it. */
  readonly ownBranches: boolean;
  /** Name of its environment; undefined without one. An expression is kept as written. */
  readonly environment: string | undefined;
}

/** `uses:` of a step or a job. */
export interface ActionReference {
  readonly uses: string;
  /** Comment behind it on the same line. */
  readonly comment: string | undefined;
}

export interface WorkflowFacts {
  /** File name. */
  readonly file: string;
  readonly events: readonly string[];
  readonly jobs: readonly WorkflowJobFacts[];
  readonly actions: readonly ActionReference[];
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const hasExpression = (text: string): boolean => text.includes("${{");

function labelsOf(runsOn: unknown): readonly string[] | undefined {
  const given = Array.isArray(runsOn) || typeof runsOn === "string" ? runsOn : record(runsOn).labels;
  const labels = (Array.isArray(given) ? given : [given]).filter((label) => label !== undefined).map(String);
  return labels.length === 0 || labels.some(hasExpression) ? undefined : labels.map((label) => label.toLowerCase());
}

const ownBranch = "github.event.pull_request.head.repo.full_name == github.repository";

/** Without `||`, every part of the condition has to hold. */
function isOwnBranches(condition: unknown): boolean {
  if (typeof condition !== "string" || condition.includes("||")) return false;
  const bare = condition.trim().replace(/^\$\{\{(.*)\}\}$/s, "$1");
  return bare.split("&&").some((part) => part.trim() === ownBranch);
}

function environmentOf(environment: unknown): string | undefined {
  const name = typeof environment === "string" ? environment : record(environment).name;
  return typeof name === "string" ? name : undefined;
}

/**
 * Reads a workflow file.
 * @throws Error if it is not YAML
 */
export function workflowFacts(file: string, text: string): WorkflowFacts {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
  const root = record(document.toJS() as unknown);
  const on = root.on;
  const events = typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(record(on));
  const jobs = Object.entries(record(root.jobs)).map(([id, job]): WorkflowJobFacts => {
    const { "runs-on": runsOn, environment, if: condition } = record(job);
    return {
      id,
      labels: runsOn === undefined ? undefined : labelsOf(runsOn),
      runsHere: runsOn !== undefined,
      ownBranches: isOwnBranches(condition),
      environment: environmentOf(environment),
    };
  });
  return { file, events, jobs, actions: actionReferences(document.contents) };
}

function actionReferences(contents: unknown): ActionReference[] {
  const found: ActionReference[] = [];
  if (!isMap(contents) && !isSeq(contents)) return found;
  visit(contents, (_, node) => {
    if (!isPair(node) || !isScalar(node.key) || node.key.value !== "uses" || !isScalar(node.value)) return;
    found.push({ uses: String(node.value.value), comment: node.value.comment?.trim() });
  });
  return found;
}

/** Every workflow file in a folder, by name; empty if the folder is missing. */
export function readWorkflows(folder: string): WorkflowFacts[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => workflowFacts(name, readFileSync(path.join(folder, name), "utf8")));
}
