/** A value as JSON has it: what an expression evaluates to. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A part of a workflow file whose expressions are not evaluated yet.
 * Plain data: it is stored with a run and sent to runners, which evaluate what only they can know.
 */
export type Template =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "expression"; readonly expression: string }
  | { readonly kind: "sequence"; readonly items: readonly Template[] }
  | { readonly kind: "mapping"; readonly entries: readonly (readonly [Template, Template])[] };

export const literal = (value: string | number | boolean | null): Template => ({ kind: "literal", value });
export const expression = (text: string): Template => ({ kind: "expression", expression: text });

/** The value of a key, or undefined when the template is no mapping or has no such literal key. */
export function member(template: Template | undefined, key: string): Template | undefined {
  if (template?.kind !== "mapping") return undefined;
  return template.entries.find(([name]) => name.kind === "literal" && name.value === key)?.[1];
}

/** The keys of a mapping that are literal, in the order of the file. */
export function keys(template: Template | undefined): string[] {
  if (template?.kind !== "mapping") return [];
  return template.entries.flatMap(([name]) => (name.kind === "literal" ? [String(name.value)] : []));
}

/** The value of a literal, else undefined. */
export function literalOf(template: Template | undefined): string | number | boolean | null | undefined {
  return template?.kind === "literal" ? template.value : undefined;
}

/** Every expression in the template, keys included. */
export function expressionsOf(template: Template): string[] {
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
