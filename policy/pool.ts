/** What the graph says about the runners: the inputs of the component that holds them. */
export const poolType = "ghrunners:pool:RunnerPool";

export interface PoolMemberFacts {
  readonly runner: string;
  readonly labels: readonly string[];
}

/** @throws Error when the component does not say what it holds: a guard that sees nothing must not pass */
export function poolMembers(props: Readonly<Record<string, unknown>>): PoolMemberFacts[] {
  const { members } = props;
  if (!Array.isArray(members)) throw new Error(`${poolType} has no list "members"; the guards cannot judge it.`);
  return members.map((member: { runner?: unknown; labels?: unknown }) => {
    if (typeof member.runner !== "string" || !Array.isArray(member.labels)) {
      throw new Error(`A member of ${poolType} has no name or no labels; the guards cannot judge it.`);
    }
    return { runner: member.runner, labels: member.labels.map(String) };
  });
}
