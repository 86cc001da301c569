/**
 * What a create at GitHub could find there already. Pure.
 *
 * GitHub may carry a write out and answer 500, or the run may be killed before the answer: then the thing exists and the
 * state does not know it, and its create is refused for ever (409 for a variable, 303 for a policy, 422 for a ruleset).
 * Environments, secrets and settings are written by PUT and need nothing of the kind.
 */

/** A thing at GitHub that stands in the way of a create, by what it is known by. */
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
