import type { MachineRole } from "@ghrunners/core/vocabulary/runner";

/**
 * The part of a resource's name that distinguishes the members of a pool: the role, with a number from the second
 * member on. A runner can be renamed without becoming another resource; new ones are appended to the list. Pure.
 */
export function memberKeys<M extends { readonly role: MachineRole }>(members: readonly M[]): ReadonlyMap<M, string> {
  const seen = new Map<MachineRole, number>();
  return new Map(
    members.map((member) => {
      const number = (seen.get(member.role) ?? 0) + 1;
      seen.set(member.role, number);
      return [member, number === 1 ? member.role : `${member.role}-${number}`];
    }),
  );
}
