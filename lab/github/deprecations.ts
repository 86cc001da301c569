import type { Services } from "./services";

const dayMs = 86_400_000;

/**
 * From when on GitHub gives a version of the runner no job and lets it register no more, ms since 1970; undefined while
 * no end is announced. Nothing in the lab has an end, unless the fault version-deadline is active.
 */
export function deprecationOf({ faults }: Pick<Services, "faults">, version: string): number | undefined {
  const deadline = faults.active("version-deadline", (parameters) => parameters.version === version);
  return deadline && Date.parse(deadline.since) + deadline.parameters.days * dayMs;
}

/** Whether the end of the version is past. */
export function isDeprecated(services: Pick<Services, "faults" | "store">, version: string): boolean {
  const end = deprecationOf(services, version);
  return end !== undefined && end <= services.store.clock.now();
}
