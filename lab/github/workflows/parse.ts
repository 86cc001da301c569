import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token" with {
  "resolution-mode": "import",
};
import type { TemplateContext } from "@actions/workflow-parser/templates/template-context" with {
  "resolution-mode": "import",
};
import type { WorkflowJob } from "@actions/workflow-parser/model/workflow-template" with {
  "resolution-mode": "import",
};
import type { WorkflowLibrary } from "./library";
import type { EventFilter, InputDefinition, Job, OrdinaryWork, RunDefaults, WorkflowStep, Workflow } from "./model";
import { NotModelledError, WorkflowSyntaxError } from "./model";
import { expressionsOf, keys, literal, literalOf, member, type WorkflowTemplate } from "./template";

function toTemplate(library: WorkflowLibrary, token: TemplateToken): WorkflowTemplate {
  if (library.isBasicExpression(token)) return { kind: "expression", expression: token.expression };
  if (library.isSequence(token))
    return { kind: "sequence", items: [...token].map((item) => toTemplate(library, item)) };
  if (library.isMapping(token)) {
    const entries = [...token].map(({ key, value }) => [toTemplate(library, key), toTemplate(library, value)] as const);
    return { kind: "mapping", entries };
  }
  if (library.isString(token) || library.isNumber(token) || library.isBoolean(token)) return literal(token.value);
  return literal(null);
}

/**
 * Parses a workflow file with GitHub's own parser.
 * @param file name below .github/workflows, for messages
 * @throws WorkflowSyntaxError when GitHub would refuse the file
 * @throws NotModelledError when the lab cannot run it
 */
export function parseWorkflowFile(library: WorkflowLibrary, file: string, text: string): Workflow {
  const { context, value } = library.parseWorkflow({ name: file, content: text }, new library.NoOperationTraceWriter());
  const jobs = value === undefined ? [] : convert(library, context, value);
  const problems = context.errors.getErrors().map((error) => {
    const start = error.range?.start;
    return `${start === undefined ? "" : `(Line: ${start.line}, Col: ${start.column}): `}${error.rawMessage}`;
  });
  if (value === undefined || problems.length > 0) {
    throw new WorkflowSyntaxError(file, problems.length > 0 ? problems : ["The file is empty."]);
  }
  const root = toTemplate(library, value);
  const refused = refusals(root);
  if (refused.length > 0) throw new NotModelledError(file, refused);
  const events = member(root, "on") as WorkflowTemplate;
  const call = member(events, "workflow_call");
  const callOutputs = member(call, "outputs");
  return {
    name: String(literalOf(member(root, "name")) ?? `.github/workflows/${file}`),
    file,
    events: eventNames(events),
    filters: Object.fromEntries(["push", "pull_request"].map((event) => [event, eventFilter(member(events, event))])),
    dispatchInputs: inputDefinitions(member(member(events, "workflow_dispatch"), "inputs")),
    callInputs: inputDefinitions(member(call, "inputs")),
    callOutputs: Object.fromEntries(
      keys(callOutputs).map((name) => [name, member(member(callOutputs, name), "value") ?? literal("")]),
    ),
    runName: member(root, "run-name"),
    env: member(root, "env"),
    defaults: runDefaults(root),
    concurrency: member(root, "concurrency"),
    permissions: member(root, "permissions"),
    jobs: jobs.map((job) => toJob(job, member(member(root, "jobs"), job.id.value) as WorkflowTemplate)),
  };
}

/** GitHub's second stage: what the schema alone cannot check. Problems are added to the context. */
function convert(library: WorkflowLibrary, context: TemplateContext, root: TemplateToken): WorkflowJob[] {
  context.state.featureFlags = new library.expressions.FeatureFlags();
  if (context.errors.getErrors().length > 0 || !library.isMapping(root)) return [];
  try {
    const part = (name: string) => root.find(name);
    const concurrency = part("concurrency");
    const [on, jobs] = [part("on"), part("jobs")];
    if (concurrency !== undefined) library.convertConcurrency(context, concurrency);
    if (on !== undefined) library.convertOn(context, on);
    return jobs === undefined ? [] : library.convertJobs(context, jobs);
  } catch (error) {
    context.error(root, error as Error);
    return [];
  }
}

function eventNames(on: WorkflowTemplate): string[] {
  if (on.kind === "literal") return [String(on.value)];
  if (on.kind === "sequence") return on.items.map((item) => String(literalOf(item)));
  return keys(on);
}

function eventFilter(event: WorkflowTemplate | undefined): EventFilter {
  const texts = (key: string): string[] | undefined => {
    const value = member(event, key);
    if (value === undefined) return undefined;
    return value.kind === "sequence" ? value.items.map((item) => String(literalOf(item))) : [String(literalOf(value))];
  };
  return {
    branches: texts("branches"),
    branchesIgnore: texts("branches-ignore"),
    tags: texts("tags"),
    tagsIgnore: texts("tags-ignore"),
    types: texts("types"),
  };
}

function inputDefinitions(inputs: WorkflowTemplate | undefined): InputDefinition[] {
  return keys(inputs).map((name) => {
    const input = member(inputs, name);
    const options = member(input, "options");
    return {
      name,
      type: (literalOf(member(input, "type")) ?? "string") as InputDefinition["type"],
      required: literalOf(member(input, "required")) === true,
      default: literalOf(member(input, "default")) ?? undefined,
      options: options?.kind === "sequence" ? options.items.map((item) => String(literalOf(item))) : [],
    };
  });
}

function runDefaults(owner: WorkflowTemplate): RunDefaults {
  const run = member(member(owner, "defaults"), "run");
  return { shell: member(run, "shell"), workingDirectory: member(run, "working-directory") };
}

function toJob(converted: WorkflowJob, raw: WorkflowTemplate): Job {
  const common = {
    id: converted.id.value,
    name: member(raw, "name"),
    needs: (converted.needs ?? []).map((token) => token.value),
    condition: converted.if.expression,
    concurrency: member(raw, "concurrency"),
    strategy: member(raw, "strategy"),
    permissions: member(raw, "permissions"),
  };
  if (converted.type === "reusableWorkflowJob") {
    const file = converted.ref.value.replace(/^\.\/\.github\/workflows\//, "");
    const secrets = converted["inherit-secrets"] === true ? "inherit" : member(raw, "secrets");
    return { ...common, work: { kind: "call", file, with: member(raw, "with"), secrets } };
  }
  const rawSteps = member(raw, "steps");
  const steps = rawSteps?.kind === "sequence" ? rawSteps.items : [];
  const work: OrdinaryWork = {
    kind: "steps",
    runsOn: member(raw, "runs-on") as WorkflowTemplate,
    environment: member(raw, "environment"),
    env: member(raw, "env"),
    defaults: runDefaults(raw),
    outputs: member(raw, "outputs"),
    timeoutMinutes: member(raw, "timeout-minutes"),
    continueOnError: member(raw, "continue-on-error"),
    steps: converted.steps.map((step, index) => toStep(step.id, step.if?.expression, steps[index] as WorkflowTemplate)),
  };
  return { ...common, work };
}

function toStep(id: string, condition: string | undefined, raw: WorkflowTemplate): WorkflowStep {
  return {
    id,
    name: member(raw, "name"),
    condition: condition ?? "success()",
    run: member(raw, "run") as WorkflowTemplate,
    env: member(raw, "env"),
    shell: member(raw, "shell"),
    workingDirectory: member(raw, "working-directory"),
    continueOnError: member(raw, "continue-on-error"),
    timeoutMinutes: member(raw, "timeout-minutes"),
  };
}

/** What is valid at GitHub and cannot be done here, in the order of the file. */
function refusals(root: WorkflowTemplate): string[] {
  const found: string[] = [];
  if (expressionsOf(root).some((text) => /\bhashFiles\s*\(/i.test(text))) found.push("hashFiles()");
  const jobs = member(root, "jobs");
  for (const id of keys(jobs)) {
    const job = member(jobs, id);
    for (const key of ["container", "services", "snapshot"]) {
      if (member(job, key) !== undefined) found.push(`jobs.${id}.${key}`);
    }
    const called = literalOf(member(job, "uses"));
    if (typeof called === "string" && !/^\.\/\.github\/workflows\/[^/]+$/.test(called)) {
      found.push(`jobs.${id}.uses: ${called} (only ./.github/workflows/FILE of the same repository)`);
    }
    if (member(member(job, "runs-on"), "group") !== undefined) found.push(`jobs.${id}.runs-on.group`);
    found.push(...stepRefusals(id, member(job, "steps")));
  }
  return found;
}

const shells = ["bash", "sh"];

function stepRefusals(job: string, steps: WorkflowTemplate | undefined): string[] {
  if (steps?.kind !== "sequence") return [];
  return steps.items.flatMap((step, index) => {
    const at = `jobs.${job}.steps[${index}]`;
    const refused = ["uses", "background", "wait", "wait-all", "cancel", "parallel"].filter(
      (key) => member(step, key) !== undefined,
    );
    const shell = literalOf(member(step, "shell"));
    return [
      ...refused.map((key) => `${at}.${key}: ${literalOf(member(step, key)) ?? ""}`.trimEnd()),
      ...(typeof shell === "string" && !shells.includes(shell) ? [`${at}.shell: ${shell} (only bash and sh)`] : []),
    ];
  });
}
