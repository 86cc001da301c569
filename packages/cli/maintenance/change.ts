import { repositoryOf, type GitHubSettings } from "@ghrunners/core/github/repository";
import { note } from "@ghrunners/core/terminal";
import { poll } from "@ghrunners/core/until";
import { GitHubClient } from "@ghrunners/core/github/client";
import { CHOICE_VARIABLE } from "@ghrunners/core/vocabulary/failover";
import { goesTo, readChoice } from "@ghrunners/failover/choice/deploy-runner";
import { MAINTENANCE_VARIABLE, maintenances, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { changeList } from "../shared-variable";
import { expireSilence, readSilences, setSilence } from "./alertmanager";
import { without, withEntry } from "./plan";
import { silenceFor, silenceOf } from "./silence";

/** What to change. */
export interface ChangeInput {
  readonly github: GitHubSettings & { readonly token: string };
  readonly environment: string;
  /** Null if the stack has no monitoring host. */
  readonly alertmanager: string | null;
  readonly change:
    | { readonly verb: "start"; readonly entry: Maintenance; readonly waitSeconds: number }
    /** `evenUnreadable`: removes the variable even if its content is unreadable. */
    | { readonly verb: "end"; readonly runners: readonly string[]; readonly evenUnreadable: boolean };
}

/** Pauses between two polls of GitHub, milliseconds. */
const PACE = { pauseMs: 1_000, longestPauseMs: 15_000 };
const now = (): Date => new Date();

/** Waits until no deployment is sent to the runner any more, and then until it is idle. */
async function untilDrained(github: GitHubClient, runner: string, waitSeconds: number): Promise<void> {
  let said: string | undefined;
  const look = async (): Promise<string | undefined> => {
    const choice = readChoice(await github.variable(CHOICE_VARIABLE), now());
    const atGitHub = await github.runnerNamed(runner);
    const left = goesTo(choice, runner)
      ? `deployments still go to ${runner}`
      : atGitHub?.online === true && atGitHub.busy
        ? `${runner} still runs a job`
        : undefined;
    if (left !== undefined && left !== said) note(`waiting: ${left}`);
    said = left;
    return left;
  };
  const left = await poll(look, (what) => what === undefined, { ...PACE, limitMs: waitSeconds * 1000 });
  if (left === undefined) return;
  throw new Error(
    `After ${Math.round(waitSeconds / 60)} min ${left}. It is in maintenance: no new deployment will be sent to it. ` +
      `Expected it idle. Next: run the same command to go on waiting, or ghrunners maintenance end ${runner}`,
  );
}

/** Starts or ends a maintenance; a start waits until the runner is idle. */
export async function change(input: ChangeInput): Promise<void> {
  const { github, environment, alertmanager, change: wanted } = input;
  const client = new GitHubClient(repositoryOf(github), github.token);
  if (wanted.verb === "start") {
    const { entry, waitSeconds } = wanted;
    await changeList(client, maintenances, (entries) => withEntry(entries, entry), now);
    note(`${entry.name} is in maintenance until ${entry.until}`);
    if (alertmanager !== null) {
      const silence = silenceFor(await readSilences(alertmanager), environment, entry, now());
      if (silence !== undefined) await setSilence(alertmanager, silence);
      note("its alerts are silent until then");
    }
    await untilDrained(client, entry.name, waitSeconds);
    return;
  }
  if (wanted.evenUnreadable) await client.deleteVariable(MAINTENANCE_VARIABLE);
  else await changeList(client, maintenances, (entries) => without(entries, wanted.runners), now);
  if (alertmanager === null) return;
  const silences = await readSilences(alertmanager);
  for (const runner of wanted.runners) {
    const silence = silenceOf(silences, environment, runner);
    if (silence !== undefined) await expireSilence(alertmanager, silence.id);
  }
}
