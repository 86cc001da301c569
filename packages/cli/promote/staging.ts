import { runPulumi } from "../pulumi/run";
import type { Stack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { runSmokeJob } from "../smoke/smoke-job";
import { settledStatusOf } from "../status/status";
import { checkout } from "./commit";
import { proofVersion, type StagingProof } from "./proof";
import { promotionFolder, writeProof } from "./store";

/**
 * `pulumi up` on staging, its health, one job on its runner; what they prove is recorded.
 * @throws Error when any of them fails; an older proof stays, and ages
 */
export async function proveStaging(stack: Stack, say: (line: string) => void): Promise<StagingProof> {
  const { id: commit } = await checkout();
  say(`Staging: pulumi up at ${commit.slice(0, 12)}`);
  if ((await runPulumi(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs"], "errors")) !== 0) {
    throw new Error("pulumi up on staging failed; its words are above. Next: mend the cause, then the same command.");
  }
  const settings = await settingsOf(stack);
  const status = await settledStatusOf(stack, say);
  if (!status.healthy) throw new Error(`Staging is not healthy: ${status.problems.join("; ")}.`);
  say(settings.hosts === "skip" ? "Staging: no guests here, so no job" : "Staging: a job on its runner");
  const smoke = settings.hosts === "skip" ? null : await runSmokeJob(stack, "primary");
  const proof: StagingProof = {
    version: proofVersion,
    at: new Date().toISOString(),
    stack: stack.name,
    repository: settings.github.repository,
    commit,
    healthy: status.healthy,
    smoke: smoke && { runner: smoke.runner, conclusion: smoke.conclusion, url: smoke.url },
  };
  say(`Staging: proved, ${writeProof(promotionFolder(stack.env), proof)}`);
  return proof;
}
