import { GitHubClient } from "@ghrunners/core/github/client";
import { note } from "@ghrunners/core/terminal";
import { pauseOf, PAUSE_VARIABLE, pauses, type Pause } from "@ghrunners/failover/choice/pause";
import { print, printJson } from "../command";
import { operator } from "../operator";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { changeList } from "../shared-variable";
import { pauseFrom, withoutPause, withPause, type Asked } from "./plan";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

const now = (): Date => new Date();

async function open({ stack }: Options): Promise<{ client: GitHubClient; environment: string }> {
  const { github, githubToken, environment } = await settingsOf(await currentStack(stack));
  const { url, repository: fullName } = github;
  return { client: new GitHubClient({ url, fullName }, githubToken), environment };
}

/** The pause as its schema has it. */
const shown = (pause: Pause | undefined): { until: string; note: string; by: string } | null =>
  pause === undefined ? null : { until: pause.until, note: pause.note, by: pause.by };

export async function pause(options: Options & Asked): Promise<number> {
  // Before the stack is read, which takes seconds.
  pauseFrom(options, "", "", now());
  const { client, environment } = await open(options);
  const wanted = pauseFrom(options, environment, operator(), now());
  const before = pauseOf(await changeList(client, pauses, (all) => withPause(all, wanted), now), environment);
  if (options.json) {
    printJson<"pause">({ version: 1, environment, pause: shown(wanted), before: shown(before) });
    return 0;
  }
  print(`Deployments to ${environment} are paused until ${wanted.until}: ${wanted.note}\n`);
  if (before !== undefined) print(`Before: until ${before.until}: ${before.note} (by ${before.by})\n`);
  print("It ends by itself. To end it now: ghrunners resume\n");
  return 0;
}

export async function resume(options: Options): Promise<number> {
  const { client, environment } = await open(options);
  if (!pauses.parse(await client.variable(PAUSE_VARIABLE), now()).known) {
    await client.deleteVariable(PAUSE_VARIABLE);
    note(`${PAUSE_VARIABLE} could not be read and was removed`);
  }
  const all = await changeList(client, pauses, (each) => withoutPause(each, environment), now);
  const before = pauseOf(all, environment);
  if (options.json) printJson<"pause">({ version: 1, environment, pause: null, before: shown(before) });
  else if (before === undefined) print(`Deployments to ${environment} were not paused.\n`);
  else
    print(
      `Deployments to ${environment} may start again. Ended: the pause until ${before.until}: ${before.note} (by ${before.by})\n`,
    );
  return 0;
}
