import type { Json } from "./template";

/** A runner as the engine needs to know it. */
export interface EngineRunner {
  readonly id: number;
  readonly name: string;
  readonly labels: readonly string[];
  /** Connected, and nothing but a job can keep it busy. */
  readonly idle: boolean;
}

/** @throws Error when `runs-on` evaluated to nothing usable */
export function readLabels(value: Json): string[] {
  const labels = Array.isArray(value) ? value : isObject(value) ? toList(value.labels) : [value];
  const texts = labels.filter((label): label is string => typeof label === "string" && label !== "");
  if (texts.length === 0 || texts.length !== labels.length) {
    throw new Error(`runs-on is ${JSON.stringify(value)}: expected a label or a list of labels.`);
  }
  return texts;
}

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const toList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [value ?? null]);

/** Whether the runner has every wanted label; labels compare without case (GitHub: "Using labels"). */
export function matches(runner: Pick<EngineRunner, "labels">, wanted: readonly string[]): boolean {
  const has = new Set(runner.labels.map((label) => label.toLowerCase()));
  return wanted.every((label) => has.has(label.toLowerCase()));
}

/**
 * Hands waiting jobs to idle runners: oldest job first, then the runner with the lowest id.
 * @param jobs in the order of their waiting
 * @returns pairs of job and runner; a runner gets at most one job
 */
export function assign(
  jobs: readonly { readonly id: number; readonly labels: readonly string[] }[],
  runners: readonly EngineRunner[],
): { readonly job: number; readonly runner: EngineRunner }[] {
  const idle = runners.filter((runner) => runner.idle).sort((left, right) => left.id - right.id);
  return jobs.flatMap((job) => {
    const index = idle.findIndex((runner) => matches(runner, job.labels));
    const [runner] = index < 0 ? [] : idle.splice(index, 1);
    return runner === undefined ? [] : [{ job: job.id, runner }];
  });
}

/** GitHub-hosted machines that the lab does not have: a job for one waits, and its annotation says why. */
export function missingHosted(labels: readonly string[]): string | undefined {
  return labels.find((label) => /^(windows|macos)-/i.test(label));
}
