/** What a stack with `promotion.from` demands before it is changed: a commit, and another stack's proof of it. Pure. */
import type { Checkout } from "@ghrunners/core/promotion/checkout";
import { objections, type Proof } from "@ghrunners/core/promotion/proof";
import type { PromotionDemand } from "@ghrunners/core/vocabulary/safety";
import { type PromotedSettings, proofSettings } from "./arguments/promotion";
import type { Settings } from "./parse";

/** An unmet demand. */
export interface UnmetDemand {
  readonly demand: PromotionDemand;
  /** What was seen and what was expected. */
  readonly text: string;
  readonly next: string;
}

const MOST_FILES = 5;

/** @param proof what the other stack exports; undefined for nothing */
export function unmetDemands(
  settings: PromotedSettings & Pick<Settings, "promotion">,
  { id, changed }: Checkout,
  proof: Proof | undefined,
  now: Date,
): UnmetDemand[] {
  const { from = "", maxAgeHours } = settings.promotion;
  // Without a version of its own, a stack installs the proved one.
  const expected = proofSettings(settings, proof?.settings.runnerVersion ?? null);
  const found = objections(proof, { commit: id, settings: expected, maxAgeHours, now });
  const shown = [...changed.slice(0, MOST_FILES), ...(changed.length > MOST_FILES ? ["..."] : [])];
  return [
    ...(changed.length === 0
      ? []
      : [
          {
            demand: "commit" as const,
            text: `${changed.length} tracked files are changed (${shown.join(", ")}). Expected a commit.`,
            next: "git commit",
          },
        ]),
    ...(found.length === 0
      ? []
      : [
          {
            demand: "proof" as const,
            text:
              `The stack ${from} has not proved this change: ${found.join("; ")}. ` +
              "Expected a fresh proof for this commit and these settings.",
            next: `pulumi up --stack ${from} from the same commit (with ghrunners:promotion.prove true there)`,
          },
        ]),
  ];
}
