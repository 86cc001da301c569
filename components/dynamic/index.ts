/**
 * Dynamic resources whose implementation is a file of the checkout.
 *
 * Pulumi's own `dynamic.Resource` serialises the provider object into the state: that costs a TypeScript parse at
 * every run and makes every edit a diff. Here the state holds one constant line that loads the file from the project
 * folder, the working directory of the provider process.
 */
import * as pulumi from "@pulumi/pulumi";

export { orEmpty } from "./orEmpty";

/** The text that Pulumi's provider process evaluates to get at the implementation. */
export function providerText(file: string): string {
  return (
    `exports.handler = () => { const load = (file) => require(require("path").join(process.cwd(), file)); ` +
    `load("register.cjs"); return load(${JSON.stringify(file)}).provider; };`
  );
}

export abstract class FileProvidedResource extends pulumi.CustomResource {
  /**
   * @param type noun of the resource token `pulumi-nodejs:dynamic/ghrunners:<type>`
   * @param file implementation, relative to the project folder; exports `provider`, a pulumi.dynamic.ResourceProvider
   * @param outputs names of properties that only the implementation sets
   */
  constructor(
    type: string,
    file: string,
    name: string,
    inputs: pulumi.Inputs,
    outputs: readonly string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(
      `pulumi-nodejs:dynamic/ghrunners:${type}`,
      name,
      { ...unset, ...inputs, __provider: providerText(file) },
      opts,
    );
  }
}
