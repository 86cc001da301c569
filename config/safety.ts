/** Group `safety`: what is refused, what overrides a refusal, and how long to wait. */
import { z } from "zod";
import { defaults } from "@ghrunners/components/runner/defaults";
import {
  FORCE_WORDS,
  guardOverrides,
  LEAVE_PRODUCTION_WORDS,
  ONE_NODE_WORDS,
  type OverrideSetting,
  promotionOverrides,
  type PromotionSetting,
  ROLLBACK_WORDS,
} from "@ghrunners/core/vocabulary/safety";

const words = (sentence: string, description: string): z.ZodOptional<z.ZodLiteral<string>> =>
  z
    .literal(sentence)
    .optional()
    .meta({ description, example: `"${sentence}"` });

/** One setting for each guard, and for each requirement of a promotion. */
const overrides = Object.fromEntries(
  [...Object.values(guardOverrides), ...Object.values(promotionOverrides)].map(
    ({ setting, words: sentence, allows }) => [setting, words(sentence, allows)],
  ),
) as Record<OverrideSetting | PromotionSetting, z.ZodOptional<z.ZodLiteral<string>>>;

export const safety = z.strictObject({
  protect: z
    .boolean()
    .optional()
    .meta({ description: "Refuse to delete or replace a VM. Default: true if the environment is production." }),
  force: words(FORCE_WORDS, "Allows a disruptive change although no other runner is healthy."),
  allowOneNode: words(ONE_NODE_WORDS, "Allows all runners on one Proxmox VE node although the cluster has others."),
  allowLeavingProduction: words(
    LEAVE_PRODUCTION_WORDS,
    "Allows another environment for a stack that is production: VMs and environment lose their protection in that run.",
  ),
  rollbackOnFailure: words(
    ROLLBACK_WORDS,
    "After an update that failed, pulumi up rolls the runners back to their last known good settings.",
  ),
  ...overrides,
  drainTimeoutMinutes: z
    .int()
    .min(1)
    .max(360)
    .default(defaults.limits.drainMinutes)
    .meta({ description: "How long a change waits for the running job to end, minutes." }),
  onlineTimeoutSeconds: z
    .int()
    .min(10)
    .max(900)
    .default(defaults.limits.onlineSeconds)
    .meta({ description: "How long GitHub may take to show a started runner online, seconds." }),
});
