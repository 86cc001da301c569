/** Whether an approval allows a change of production. Pure. */

export interface ApprovalDemand {
  /** Logins of the environment's reviewers, from the configuration. */
  readonly reviewers: readonly string[];
  /** Login that runs the promotion. */
  readonly operator: string;
  readonly preventSelfReview: boolean;
}

/** Why this approval does not count; undefined if it does. */
export function approvalProblem(
  approvedBy: string | undefined,
  { reviewers, operator, preventSelfReview }: ApprovalDemand,
): string | undefined {
  if (reviewers.length === 0) return undefined;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (approvedBy === undefined) return `no one approved; reviewers: ${reviewers.join(", ")}`;
  if (!reviewers.some((login) => same(login, approvedBy))) {
    return `${approvedBy} is not a reviewer of this environment; reviewers: ${reviewers.join(", ")}`;
  }
  if (preventSelfReview && same(approvedBy, operator))
    return `${approvedBy} runs this promotion and may not approve it`;
  return undefined;
}
