/**
 * A repository variable that holds a list of entries, written by several stacks: GitHub can only replace the whole
 * text, so each change is read back.
 */
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { TimedEntries } from "@ghrunners/failover/choice/timed-entries";

const ATTEMPTS = 3;

/**
 * Changes the list, and reads it back, because another stack may write at the same moment. Expired entries are dropped;
 * a list without entries removes the variable.
 * @returns the entries before the change
 * @throws Error if the content cannot be read, or another writer overwrites it on each attempt
 */
export async function changeList<Entry>(
  github: GitHubClient,
  list: TimedEntries<Entry>,
  change: (entries: readonly Entry[]) => readonly Entry[],
  now: () => Date,
): Promise<readonly Entry[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await github.variable(list.variable);
    const seen = list.parse(before, now());
    if (!seen.known) throw new Error(`${seen.problem} Next: ${list.repair}`);
    const wanted = change(seen.entries);
    await writeVariable(github, list.variable, before, wanted.length === 0 ? undefined : list.text(wanted));
    const after = list.parse(await github.variable(list.variable), now());
    if (after.known && JSON.stringify(after.entries) === JSON.stringify(wanted)) return seen.entries;
  }
  throw new Error(
    `${list.variable} was changed by another writer ${ATTEMPTS} times in the meantime. Next: run the same command again`,
  );
}

/** Sets the text, or removes the variable. Does nothing if it already has this content. */
async function writeVariable(
  github: GitHubClient,
  name: string,
  before: string | undefined,
  value: string | undefined,
): Promise<void> {
  const action = `write the variable ${name}`;
  if (value === before) return;
  if (value === undefined) await github.deleteVariable(name);
  else if (before === undefined)
    await github.call(action, ({ rest }, names) => rest.actions.createRepoVariable({ ...names, name, value }));
  else await github.call(action, ({ rest }, names) => rest.actions.updateRepoVariable({ ...names, name, value }));
}
