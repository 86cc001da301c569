import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** One secret of a stack, and where its value comes from. */
export interface SecretSource {
  /** Name at GitHub. */
  readonly name: string;
  /** Who sees it: jobs of the environment, or every workflow of the repository. */
  readonly scope: "environment" | "repository";
  readonly source: {
    /** config and ssh-key: the value is in `values`. random: generated here. */
    readonly kind: "config" | "random" | "ssh-key";
    /** Letters and digits of a random value. */
    readonly length: number;
  };
}

/** The secrets of a stack, and the values that are not generated. */
export interface SecretValuesArgs {
  readonly secrets: readonly SecretSource[];
  /** Values by name, of secrets that are not random. */
  readonly values: Values;
  /** Generations of random values by name, default 1. Another number makes another value. */
  readonly generations: Readonly<Record<string, number>>;
}

type Values = Readonly<Record<string, pulumi.Input<string>>>;

/** The values of a stack's secrets, configured or generated, by scope and name. */
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
      // A key has no value before its first rotation, so it has no secret at GitHub; the drift report shows that.
      return value === undefined ? [] : [{ ...entry, value: pulumi.secret(value) }];
    });
    const valuesOf = (scope: SecretSource["scope"]): Values =>
      Object.fromEntries(all.filter((entry) => entry.scope === scope).map((entry) => [entry.name, entry.value]));
    this.environment = valuesOf("environment");
    this.repository = valuesOf("repository");
    this.registerOutputs();
  }

  private make(prefix: string, { name, source }: SecretSource, generation: number): pulumi.Output<string> {
    const password = new random.RandomPassword(
      `${prefix}-${name}`,
      // Without special characters: values are used in shells, URLs and connection strings.
      { length: source.length, special: false, keepers: { generation: String(generation) } },
      { parent: this },
    );
    return password.result;
  }
}
