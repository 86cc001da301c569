import type { GitHubClient } from "@ghrunners/core/github/client";
import {
  MAINTENANCE_VARIABLE,
  maintenanceText,
  parseMaintenance,
  type Maintenance,
} from "@ghrunners/failover/choice/maintenance";

const ATTEMPTS = 3;

/**
 * Changes the list of runners in maintenance, and reads it back: GitHub can only replace the whole text, and another
 * stack may write at the same moment. Expired entries are dropped; a list without entries removes the variable.
 * @throws Error if the content cannot be read, or another writer overwrites it on each attempt
 */
export async function changeMaintenance(
  github: GitHubClient,
  change: (entries: readonly Maintenance[]) => Maintenance[],
  now: () => Date,
): Promise<void> {
  const name = MAINTENANCE_VARIABLE;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await github.variable(name);
    const seen = parseMaintenance(before, now());
    if (!seen.known) throw new Error(`${seen.problem} Next: ghrunners maintenance end --all`);
    const wanted = change(seen.runners);
    await write(github, before, wanted.length === 0 ? undefined : maintenanceText(wanted));
    const after = parseMaintenance(await github.variable(name), now());
    if (after.known && JSON.stringify(after.runners) === JSON.stringify(wanted)) return;
  }
  throw new Error(
    `${name} was changed by another writer ${ATTEMPTS} times in the meantime. Next: run the same command again`,
  );
}

/** Sets the text, or removes the variable. Does nothing if it already has this content. */
export async function write(
  github: GitHubClient,
  before: string | undefined,
  value: string | undefined,
): Promise<void> {
  const name = MAINTENANCE_VARIABLE;
  if (value === before) return;
  const action = `write the variable ${name}`;
  if (value === undefined) await github.deleteVariable(name);
  else if (before === undefined)
    await github.call(action, ({ rest }, names) => rest.actions.createRepoVariable({ ...names, name, value }));
  else await github.call(action, ({ rest }, names) => rest.actions.updateRepoVariable({ ...names, name, value }));
}
