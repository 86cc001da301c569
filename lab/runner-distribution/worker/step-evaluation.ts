import path from "node:path";
import { asText, type Contexts, type Evaluator } from "../../github/workflows/expressions";
import type { RunDefaults, WorkflowStep } from "../../github/workflows/model";
import type { WorkflowTemplate } from "../../github/workflows/template";
import type { Masks } from "./masks";
import type { ReadyStep } from "./step";

/** The name GitHub shows for a step until it begins. */
export function nameBefore(step: WorkflowStep): string {
  const shown = step.name ?? step.run;
  const text =
    shown.kind === "literal" ? asText(shown.value) : `\${{ ${shown.kind === "expression" ? shown.expression : ""} }}`;
  return step.name === undefined ? `Run ${firstLine(text)}` : text;
}

/** The name of a step that begins now. */
export function nameOf(step: WorkflowStep, evaluator: Evaluator, contexts: Contexts): string {
  if (step.name !== undefined) return evaluator.text(step.name, contexts);
  return `Run ${firstLine(evaluator.text(step.run, contexts))}`;
}

const firstLine = (text: string): string => text.trimStart().split("\n")[0] ?? "";

/**
 * Script, shell and folder of a step; `defaults.run` of the job wins over the workflow's.
 * @param defaults of the job, then of the workflow
 */
export function evaluateStep(
  step: WorkflowStep,
  defaults: readonly RunDefaults[],
  workspace: string,
  evaluator: Evaluator,
  contexts: Contexts,
): Pick<ReadyStep, "script" | "shell" | "workingDirectory"> {
  const first = (...templates: (WorkflowTemplate | undefined)[]): string | undefined => {
    const found = templates.find((template) => template !== undefined);
    return found === undefined ? undefined : evaluator.text(found, contexts);
  };
  const folder = first(step.workingDirectory, ...defaults.map(({ workingDirectory }) => workingDirectory));
  return {
    script: evaluator.text(step.run, contexts),
    shell: first(step.shell, ...defaults.map(({ shell }) => shell)),
    workingDirectory: path.resolve(workspace, folder ?? "."),
  };
}

/** GitHub drops an output that holds a secret, with a warning. */
export function withoutSecrets(
  outputs: Readonly<Record<string, string>>,
  masks: Masks,
  warn: (words: string) => void,
): Record<string, string> {
  const kept = Object.entries(outputs).filter(([name, value]) => {
    const clean = masks.apply(value) === value;
    if (!clean) warn(`Skip output '${name}' since it may contain secret.`);
    return clean;
  });
  return Object.fromEntries(kept);
}
