/** A value as JSON has it: what an expression evaluates to. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A part of a workflow file whose expressions are not evaluated yet.
 * Plain data: it is stored with a run and sent to runners, which evaluate what only they can know.
 */
export type WorkflowTemplate =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "expression"; readonly expression: string }
  | { readonly kind: "sequence"; readonly items: readonly WorkflowTemplate[] }
  | { readonly kind: "mapping"; readonly entries: readonly (readonly [WorkflowTemplate, WorkflowTemplate])[] };

export const literal = (value: string | number | boolean | null): WorkflowTemplate => ({ kind: "literal", value });
export const expression = (text: string): WorkflowTemplate => ({ kind: "expression", expression: text });

/** The value of a key, or undefined when the template is no mapping or has no such literal key. */
export function member(template: WorkflowTemplate | undefined, key: string): WorkflowTemplate | undefined {
  if (template?.kind !== "mapping") return undefined;
  return template.entries.find(([name]) => name.kind === "literal" && name.value === key)?.[1];
}

/** The keys of a mapping that are literal, in the order of the file. */
export function keys(template: WorkflowTemplate | undefined): string[] {
  if (template?.kind !== "mapping") return [];
  return template.entries.flatMap(([name]) => (name.kind === "literal" ? [String(name.value)] : []));
}

/** The value of a literal, else undefined. */
export function literalOf(template: WorkflowTemplate | undefined): string | number | boolean | null | undefined {
  return template?.kind === "literal" ? template.value : undefined;
}

/** Every expression in the template, keys included. */
export function expressionsOf(template: WorkflowTemplate): string[] {
  switch (template.kind) {
    case "literal":
      return [];
    case "expression":
      return [template.expression];
    case "sequence":
      return template.items.flatMap(expressionsOf);
    case "mapping":
      return template.entries.flatMap(([key, value]) => [...expressionsOf(key), ...expressionsOf(value)]);
  }
}
