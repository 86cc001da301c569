/** Whether a stack has the part in a promotion that a command gives it. Pure. */
import type { Settings } from "@ghrunners/config/parse";

/** `staging` gives a proof to the next stack, `production` asks one of it. */
export type PromotionPart = "staging" | "production";

/**
 * A stack whose configuration gives or asks no proof would be updated just as well, and the command would call that
 * proved or promoted.
 *
 * @returns why the command refuses the stack; undefined if it may go on
 */
export function partProblem(
  part: PromotionPart,
  { promotion: { prove, from } }: Pick<Settings, "promotion">,
): string | undefined {
  if (part === "staging") {
    if (prove) return undefined;
    return (
      "This stack proves nothing: ghrunners:promotion.prove is false. Expected true, so that its update ends with the " +
      "proof that the next stack asks for. Next: pulumi config set --path 'ghrunners:promotion.prove' true; or, for " +
      "an update without a proof: pulumi up"
    );
  }
  if (from !== undefined) return undefined;
  return (
    "This stack asks no proof of another one: ghrunners:promotion.from is not set. Expected the stack that must have " +
    "proved this commit. Next: pulumi config set --path 'ghrunners:promotion.from' staging; or, for an update without " +
    "a promotion: pulumi up"
  );
}
