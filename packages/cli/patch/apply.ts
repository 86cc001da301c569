/** Patches one runner: out of service, upgrade, proof, back into service. */
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { note } from "@ghrunners/core/terminal";
import { poll } from "@ghrunners/core/until";
import { maintenanceOf } from "@ghrunners/failover/choice/maintenance";
import { operator } from "../operator";
import { decide } from "../maintenance/plan";
import { carryOut, entriesOf, type MaintenanceTarget, readView } from "../maintenance/target";
import { type MaintenanceRunner, viewOf } from "../maintenance/views";
import type { Stack } from "../pulumi/stack";
import { runSmokeJob } from "../smoke/smoke-job";
import { roles } from "@ghrunners/core/vocabulary/runner";
import { upgrade } from "./host";
import { PATCH_REASON, takenBy } from "./plan";

/** From the end of the upgrade to a runner that both views show as healthy. */
const HEALTHY_LIMIT_MS = 300_000;

export interface PatchWork {
  readonly stack: Stack;
  readonly target: MaintenanceTarget;
  readonly runner: MaintenanceRunner;
  /** Length of the maintenance, which ends earlier if all goes well. */
  readonly seconds: number;
  readonly force: string | undefined;
  /** Called when the maintenance has begun, with its end, RFC 3339. */
  readonly begun: (until: string) => void;
}

/** @throws Error if it is not healthy in both views in time */
async function untilHealthy({ target, runner }: PatchWork): Promise<void> {
  const { github, settings } = target;
  const client = new GitHubClient(repositoryOf(github), github.token);
  const { problems } = await poll(
    () => viewOf(client, runner, settings.sshPrivateKey),
    (seen) => seen.problems.length === 0,
    { limitMs: HEALTHY_LIMIT_MS, pauseMs: 1_000, longestPauseMs: 10_000 },
  );
  if (problems.length > 0)
    throw new Error(
      `The updates are installed, but after ${HEALTHY_LIMIT_MS / 60_000} min it is not healthy: ${problems.join("; ")}. ` +
        `Expected GitHub and its host to show it as healthy.`,
    );
}

/**
 * Patches one runner. If it is interrupted, the maintenance ends by itself, and the upgrade on the machine goes on.
 * @returns whether the machine was restarted
 * @throws Error with what was seen; then the maintenance stays until its end
 */
export async function patchRunner(work: PatchWork): Promise<boolean> {
  const { stack, target, runner, seconds, force, begun } = work;
  const { runnerName: name, role } = runner;
  const seen = await readView(target);
  const entries = entriesOf(seen);
  const taken = takenBy(name, maintenanceOf(entries, name));
  if (taken !== undefined) throw new Error(taken);
  // A repeated command gets its whole time again.
  const wish = { runner: name, seconds, reason: PATCH_REASON, by: operator(), extend: true, force };
  const decision = decide(wish, seen.runners, entries, new Date());
  if (decision.kind === "refuse") throw new Error(decision.why);
  const say = (line: string): void => note(`${name}: ${line}`);
  begun(decision.entry.until);
  const waitSeconds = target.settings.safety.drainTimeoutMinutes * 60;
  await carryOut(target, { verb: "start", entry: decision.entry, waitSeconds });
  const { host, unit } = runner;
  const restarted = await upgrade({ host, unit, privateKey: target.settings.sshPrivateKey }, say);
  say("waiting until it is healthy");
  await untilHealthy(work);
  // With several runners of a role, GitHub chooses the one that gets the job.
  const known = roles.find((each) => each === role);
  if (known !== undefined && seen.runners.filter((each) => each.role === role).length === 1) {
    say("running a job on it");
    await runSmokeJob(stack, known);
  }
  await carryOut(target, { verb: "end", runners: [name], evenUnreadable: false });
  say("in service");
  return restarted;
}
