import type { GitHubClient } from "@ghrunners/core/github/client";
import {
  MAINTENANCE_VARIABLE,
  maintenanceText,
  parseMaintenance,
  type Maintenance,
} from "@ghrunners/failover/choice/maintenance";

const ATTEMPTS = 3;

/**
 * Changes who is in maintenance, and reads it back: GitHub writes whole texts, and another stack may write at the same
 * moment. Entries that have expired go by the way; without any the variable goes.
 * @throws Error when the content cannot be read, or somebody else's text wins each time
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
  throw new Error(`${name} was changed by somebody else ${ATTEMPTS} times meanwhile. Next: the same command again`);
}

/** Sets the text, or takes the variable away. Nothing is written that is there already. */
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
