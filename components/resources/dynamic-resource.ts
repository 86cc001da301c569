/**
 * Dynamic resources whose implementation is found by a stable name.
 *
 * Pulumi's own `dynamic.Resource` serialises the provider object into the state: every change of the implementation is
 * a diff. Here the state holds one constant line that loads the implementation from this package by name. Node resolves
 * the package from the folder of the Pulumi project, the working directory of the provider's process.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ProviderName } from "./provider-names";

/** The code that Pulumi's provider process evaluates to load the implementation. */
export function providerText(name: ProviderName): string {
  return `exports.handler = () => require("@ghrunners/components/resources").provider(${JSON.stringify(name)});`;
}

export abstract class DynamicResource extends pulumi.CustomResource {
  /**
   * @param type name of the implementation in the registry, and noun of the resource token
   *   `pulumi-nodejs:dynamic/ghrunners:<type>`
   * @param name resource name
   * @param inputs properties that the program sets
   * @param outputs names of properties that only the implementation sets
   */
  constructor(
    type: ProviderName,
    name: string,
    inputs: pulumi.Inputs,
    outputs: readonly string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(
      `pulumi-nodejs:dynamic/ghrunners:${type}`,
      name,
      { ...unset, ...inputs, __provider: providerText(type) },
      opts,
    );
  }
}

/** Each property as a Pulumi input. */
export type Inputs<T> = { [K in keyof T]: pulumi.Input<T[K]> };
