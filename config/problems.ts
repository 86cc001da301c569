/**
 * A report of all problems of a configuration, each with the command that fixes it. Pure.
 */
import { commandFor, documentationOf, isSecret } from "./documentation";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import type { Problem } from "./problem";

export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** A short rendering of a value for an error message; secrets are never rendered. */
export function renderSeen(path: string, value: unknown): string {
  if (value === undefined || value === "") return "nothing";
  if (isSecret(path)) return "a secret of another form";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** All problems in one text. */
export function renderProblems(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const entries = problems.map(({ path, seen, allowed, next }) => {
    const { description, example } = documentationOf(path);
    return [
      `  ghrunners:${path}${description === undefined ? "" : ` - ${description}`}`,
      `    seen:    ${seen}`,
      `    allowed: ${allowed}`,
      ...(example === undefined ? [] : [`    example: ${example}`]),
      `    next:    ${onStack(next ?? commandFor(path), stack)}`,
    ].join("\n");
  });
  return [`The configuration of stack "${stack}" has ${count}.`, ...entries].join("\n\n");
}
