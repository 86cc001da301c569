import type { Settings } from "@ghrunners/config/parse";
import type { Stack } from "../pulumi/stack";
import { checkout } from "./commit";
import { objections } from "./proof";
import { promotionFolder, readProof } from "./store";

/** Why production may not be changed now; empty when it may. */
export async function stagingObjections(
  stack: Stack,
  settings: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  return objections(readProof(promotionFolder(stack.env)), {
    repository: settings.github.repository,
    commit: (await checkout(env)).id,
    now: new Date(),
    smoke: settings.hosts === "manage",
  });
}
