/**
 * What a create at GitHub might find already in place. Pure.
 *
 * GitHub may carry out a write and still answer 500, or the run may be killed before the answer arrives. Then the thing
 * exists but Pulumi's state does not know it, and every attempt to create it is refused (409 for a variable, 303 for a
 * policy, 422 for a ruleset). Environments, secrets and settings are written by PUT and have no such problem.
 */

/** A thing at GitHub that would make a create fail, with what identifies it. */
export type Leftover =
  | { readonly kind: "variable"; readonly environment: string | undefined; readonly name: string }
  | {
      readonly kind: "branch-policy";
      readonly environment: string;
      readonly name: string;
      readonly type: "branch" | "tag";
    }
  | { readonly kind: "ruleset"; readonly name: string };

const textOf = (inputs: Readonly<Record<string, unknown>>, key: string): string | undefined => {
  const value = inputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/**
 * @param type token of the resource type, such as `github:index/actionsVariable:ActionsVariable`
 * @param inputs inputs of the resource that is about to be created
 */
export function leftoverOf(type: string, inputs: Readonly<Record<string, unknown>>): Leftover | undefined {
  const environment = textOf(inputs, "environment");
  const noun = type.split(":").at(-1);
  if (noun === "ActionsVariable" || noun === "ActionsEnvironmentVariable") {
    const name = textOf(inputs, "variableName");
    return name === undefined ? undefined : { kind: "variable", environment, name };
  }
  if (noun === "RepositoryEnvironmentDeploymentPolicy") {
    const branch = textOf(inputs, "branchPattern");
    const name = branch ?? textOf(inputs, "tagPattern");
    if (environment === undefined || name === undefined) return undefined;
    return { kind: "branch-policy", environment, name, type: branch === undefined ? "tag" : "branch" };
  }
  const name = textOf(inputs, "name");
  return noun === "RepositoryRuleset" && name !== undefined ? { kind: "ruleset", name } : undefined;
}
