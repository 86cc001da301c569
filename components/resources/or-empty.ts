import type * as pulumi from "@pulumi/pulumi";

/**
 * The text of an output; empty if there is none. `pulumi destroy --run-program` runs the program for its hooks: a
 * resource that was never created, because an earlier run was interrupted, then has no outputs, whatever its type says.
 */
export function orEmpty(output: pulumi.Output<string>): pulumi.Output<string> {
  return output.apply((text: string | undefined) => text ?? "");
}
