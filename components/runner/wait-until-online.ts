/** Waits until GitHub shows a runner online whose unit was started, and restarts a listener that hangs. */
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { whenAllowed } from "@ghrunners/core/github/when-allowed";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { type Pace, poll } from "@ghrunners/core/until";
import { type OfflineHost, type OfflineRemedy, planOffline } from "./plan-offline";

/** Pauses between two polls of GitHub, milliseconds. */
const PACE = { pauseMs: 500, longestPauseMs: 5_000 };
/**
 * GitHub holds the session of a listener that was killed for about four minutes; the next one asks for its own every
 * 30 s. Source: actions/runner, BrokerMessageListener.cs.
 */
const SESSION_SECONDS = 300;

/** The runner to wait for. */
export interface AwaitedRunner {
  readonly runnerName: string;
  /** GitHub's number of it. */
  readonly runnerId: number;
  /** Its systemd unit. */
  readonly unit: string;
  readonly host: Pick<HostAddress, "host" | "user">;
  readonly limits: { readonly onlineSeconds: number };
}

/** What the wait asks of the runner's machine. */
export interface AwaitedHost {
  /** Undefined if it does not answer. */
  readonly look: () => Promise<OfflineHost | undefined>;
  /** Restarts the unit. @throws Error if a job is at work, or if the unit does not end */
  readonly restart: () => Promise<unknown>;
}

/**
 * Takes at most three times `limits.onlineSeconds`, for the start, a job and a restart, and five minutes for a session:
 * less than the hour that the resource has.
 *
 * @param activeSeconds how long the unit has been active already: a listener that GitHub does not show after
 * `limits.onlineSeconds` gets no more time before it is restarted
 * @throws Error with what was seen on the machine, if no remedy helps
 */
export async function waitUntilOnline(
  github: Pick<GitHubClient, "runner">,
  runner: AwaitedRunner,
  activeSeconds: number,
  host: AwaitedHost,
  pace: Omit<Pace, "limitMs"> = PACE,
): Promise<GitHubRunner> {
  const { runnerName, runnerId, unit, limits } = runner;
  const look = (seconds: number): Promise<GitHubRunner | undefined> =>
    poll(
      () => whenAllowed(() => github.runner(runnerId), limits.onlineSeconds * 1_000),
      (seen) => seen?.online === true,
      { ...pace, limitMs: seconds * 1_000 },
    );
  const names = { unit, login: `${runner.host.user}@${runner.host.host}` };
  const tried = new Set<OfflineRemedy>();
  let limit = Math.max(0, limits.onlineSeconds - activeSeconds);
  for (;;) {
    const seen = await look(limit);
    if (seen?.online) return seen;
    const plan = planOffline(names, seen !== undefined, await host.look(), tried);
    if (plan.action === "give-up")
      throw new Error(
        `GitHub does not show runner ${runnerName} online: ${plan.seen}. ` +
          `Expected within ${limits.onlineSeconds} s of a start. Next: ${plan.next}`,
      );
    tried.add(plan.action);
    if (plan.action === "restart") await host.restart();
    limit = plan.action === "wait-for-session" ? SESSION_SECONDS : limits.onlineSeconds;
  }
}
