import type { Settings } from "@ghrunners/config/parse";
import type { Stack } from "../pulumi/stack";
import { checkout } from "./commit";
import { objections } from "./proof";
import { promotionFolder, readProof } from "./store";

/** Sentence in PROMOTE_OVERRIDE that lets a production update through without a proof. */
export const OVERRIDE_WORDS = "production changes without a proof from staging";

/** Stacks that only a proof from staging may change: `production` and the lab's `lab/production`. */
export const needsProof = (stack: string): boolean => stack === "production" || stack === "lab/production";

/** Why production may not be changed now; empty when it may. */
export async function stagingObjections(
  stack: Stack,
  settings: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  return objections(readProof(promotionFolder(stack, env)), {
    repository: settings.github.repository,
    commit: (await checkout(env)).id,
    now: new Date(),
    smoke: settings.hosts === "manage",
  });
}

/**
 * The gate before `pulumi up` on production, also for those who go past `npm run promote`.
 * @throws Error without a fresh proof, unless the environment says so in words
 */
export async function requireProof(stack: Stack, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!needsProof(stack.name) || env.PROMOTE_OVERRIDE === OVERRIDE_WORDS) return;
  // The schema of the configuration, which no other stack needs here.
  const { settingsOf } = require("../settings") as typeof import("../settings");
  const found = await stagingObjections(stack, await settingsOf(stack.engine), env);
  if (found.length === 0) return;
  throw new Error(
    `Production is not changed: ${found.join("; ")}. Expected a proof from staging for this commit. ` +
      `Next: npm run promote -- staging${stack.lab === undefined ? " --real" : ""}; ` +
      `or, in words, PROMOTE_OVERRIDE="${OVERRIDE_WORDS}"`,
  );
}
