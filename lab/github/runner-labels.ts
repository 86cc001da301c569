import type { StoredRunner, RunnerLabel } from "./model";

/** Labels that GitHub gives every runner unless it was registered with --no-default-labels. They cannot be removed. */
export const defaultLabels = (os: string, architecture: string): string[] => ["self-hosted", os, architecture];

/** The first of names that differ only by case stays, as at GitHub. */
const distinct = (names: readonly string[]): string[] =>
  names.filter((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index);

/** Puts labels on a runner: the read-only ones stay, `custom` replaces the others. Ids of labels that stay are kept. */
export function relabel(
  runner: Pick<StoredRunner, "labels">,
  custom: readonly string[],
  nextId: () => number,
  readOnly: readonly string[] = runner.labels.filter(({ type }) => type === "read-only").map(({ name }) => name),
): RunnerLabel[] {
  const known = new Map(runner.labels.map((label) => [label.name.toLowerCase(), label.id]));
  return distinct([...readOnly, ...custom]).map((name, index) => ({
    id: known.get(name.toLowerCase()) ?? nextId(),
    name,
    type: index < readOnly.length ? "read-only" : "custom",
  }));
}
