/**
 * The stack in the commands of what the dynamic resources report. Pulumi does not tell their process the stack, so the
 * preflight does, by its inputs: it is checked, and in a refresh with the program read, before everything else. A
 * destroy does neither; there the commands stay without it.
 */
import type * as pulumi from "@pulumi/pulumi";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";

let named: string | undefined;

/** Says which stack this process works on; undefined: not known. */
export const workOnStack = (stack: string | undefined): void => void (named = stack);

/** The text with the stack in its commands, where it is known. */
export const onThisStack = (text: string): string => (named === undefined ? text : onStack(text, named));

type Method = (...args: never[]) => Promise<unknown>;

/** The method, with the stack in the words of its errors. */
function inWords(method: Method): Method {
  return async (...args) => {
    try {
      return await method(...args);
    } catch (error) {
      // Not a new error: Pulumi reads more of it than the message.
      if (error instanceof Error) error.message = onThisStack(error.message);
      throw error;
    }
  };
}

/** The provider, with the stack in the commands of its failures and errors. */
export function withStackInWords(provider: pulumi.dynamic.ResourceProvider): pulumi.dynamic.ResourceProvider {
  const methods = Object.entries(provider).map(([name, method]) => [name, inWords(method as Method)]);
  const told = Object.fromEntries(methods) as pulumi.dynamic.ResourceProvider;
  const { check } = told;
  if (check === undefined) return told;
  return {
    ...told,
    check: async (olds, news) => {
      const { failures, ...rest } = await check(olds, news);
      const completed = failures?.map(({ property, reason }) => ({ property, reason: onThisStack(reason) }));
      return completed === undefined ? rest : { ...rest, failures: completed };
    },
  };
}
