/** The secrets that a lab's stack file declares. Pure. */

/** An entry of `ghrunners:secrets`, as far as this needs it. */
interface Declared {
  readonly name: string;
  readonly source: { readonly kind: string };
}

type Config = Readonly<Record<string, unknown>>;

const secretsIn = (config: Config): readonly Declared[] => (config["ghrunners:secrets"] ?? []) as readonly Declared[];

/**
 * A deploy key can be made only once the machine that it opens is there. Until then it is not declared: a team declares
 * it together with its target, and a key that is declared and not made has an alert, which a new lab should not begin
 * with. What a user has declared stays.
 * @param config settings of the stack file by key
 * @param template those of the file that it was copied from
 * @param hasTarget whether the machine is there
 */
export function secretsOfStack(config: Config, template: Config, hasTarget: boolean): Record<string, unknown> {
  const keys = secretsIn(template).filter(({ source }) => source.kind === "ssh-key");
  const made = (config["ghrunners:secretValues"] ?? {}) as Readonly<Record<string, unknown>>;
  const waiting = hasTarget ? [] : keys.filter(({ name }) => made[name] === undefined).map(({ name }) => name);
  const kept = secretsIn(config).filter(({ name }) => !waiting.includes(name));
  const missing = keys.filter(
    ({ name }) => !waiting.includes(name) && !kept.some((declared) => declared.name === name),
  );
  const secrets = [...kept, ...missing];
  return secrets.length === 0 ? {} : { "ghrunners:secrets": secrets };
}
