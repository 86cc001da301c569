/**
 * Decides what may bring a runner online whose unit was started, and which GitHub does not show online. Pure.
 */

/** What the machine of such a runner shows. */
export interface OfflineHost {
  /** systemd's word for the unit, such as `active` or `failed`. */
  readonly unit: string;
  /** Number of jobs at work, by their processes. */
  readonly jobs: number;
  /** The listener waits until GitHub gives up the session of an earlier one. */
  readonly holdsSession: boolean;
}

/** A step that may bring it online; each is tried once. */
export type OfflineRemedy = "restart" | "wait-for-session" | "wait-for-job";

export type OfflinePlan =
  | { readonly action: OfflineRemedy }
  /** `seen` is about runner and machine, `next` what a person does. */
  | { readonly action: "give-up"; readonly seen: string; readonly next: string };

/** Names for the words of the plan. */
export interface OfflineNames {
  readonly unit: string;
  /** `USER@ADDRESS` of the machine. */
  readonly login: string;
}

const REFRESH = "pulumi up --refresh";

/**
 * A listener that hangs is found by no one else: its unit is active, so systemd does not restart it. One whose session
 * GitHub still holds is not restarted: it tries again by itself, and another one would wait as long. Nor is one with a
 * job at work, which may have lost the connection for a moment.
 *
 * @param isKnown whether GitHub has the runner at all
 * @param host undefined if it does not answer
 * @param tried what was done already
 */
export function planOffline(
  { unit, login }: OfflineNames,
  isKnown: boolean,
  host: OfflineHost | undefined,
  tried: ReadonlySet<OfflineRemedy>,
): OfflinePlan {
  const giveUp = (seen: string, next: string): OfflinePlan => ({ action: "give-up", seen, next });
  const log = `ssh ${login} sudo journalctl -u ${unit} -n 20`;
  if (!isKnown) return giveUp("GitHub has no such runner", `${REFRESH}, which registers it again`);
  if (host === undefined) return giveUp("its machine does not answer", `look at the VM's console, then ${REFRESH}`);
  if (host.unit !== "active") return giveUp(`${unit} is ${host.unit}`, `${log}; repair what it says, then ${REFRESH}`);
  if (host.jobs > 0 && !tried.has("wait-for-job")) return { action: "wait-for-job" };
  if (host.jobs > 0)
    return giveUp(
      `${unit} is active with a job at work, so it was not restarted`,
      `when the job has ended, ${REFRESH}`,
    );
  if (host.holdsSession && !tried.has("wait-for-session")) return { action: "wait-for-session" };
  const restart = `ssh ${login} sudo systemctl restart ${unit}`;
  if (host.holdsSession)
    return giveUp("another listener has its session at GitHub", `stop a copy of this machine, then ${restart}`);
  if (!tried.has("restart")) return { action: "restart" };
  return giveUp(
    `${unit} is active, was restarted, and no job runs`,
    `${log} and GitHub's status page, then ${restart}`,
  );
}
