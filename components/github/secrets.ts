import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretSource, SecretValuesArgs } from "./secrets-args";

export type { SecretSource, SecretValuesArgs } from "./secrets-args";

type Values = Readonly<Record<string, pulumi.Input<string>>>;

/** The values of a stack's secrets, those of the configuration and those that are made here, by scope and name. */
export class SecretValues extends pulumi.ComponentResource {
  readonly environment: Values;
  readonly repository: Values;

  constructor(
    name: string,
    { secrets, values, generations }: SecretValuesArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super("ghrunners:deployment:SecretValues", name, { names: secrets.map((entry) => entry.name) }, opts);
    const all = secrets.flatMap((entry) => {
      const value =
        entry.source.kind === "random" ? this.make(name, entry, generations[entry.name] ?? 1) : values[entry.name];
      // A key has no value before its first rotation, and so no secret at GitHub; the drift report names it.
      return value === undefined ? [] : [{ ...entry, value: pulumi.secret(value) }];
    });
    const of = (scope: SecretSource["scope"]): Values =>
      Object.fromEntries(all.filter((entry) => entry.scope === scope).map((entry) => [entry.name, entry.value]));
    this.environment = of("environment");
    this.repository = of("repository");
    this.registerOutputs();
  }

  private make(prefix: string, { name, source }: SecretSource, generation: number): pulumi.Output<string> {
    const password = new random.RandomPassword(
      `${prefix}-${name}`,
      // Without special characters: values end up in shells, URLs and connection strings.
      { length: source.length, special: false, keepers: { generation: String(generation) } },
      { parent: this },
    );
    return password.result;
  }
}
