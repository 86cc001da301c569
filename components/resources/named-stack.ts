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

/** Faults of the code itself: only their stack says where. */
const faults = [TypeError, ReferenceError, RangeError, SyntaxError];

/**
 * The method, whose errors have the Pulumi stack in their commands. Pulumi prints `ERROR: STACK TRACE` of everything that
 * is thrown; a refusal says all that a person needs, so it is printed as `NAME: MESSAGE`.
 */
function inWords(name: string, method: Method): Method {
  return async (...args) => {
    try {
      return await method(...args);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Not a new error: Pulumi reads more of it than the message.
      error.message = onThisStack(error.message);
      if (faults.some((fault) => error instanceof fault)) throw error;
      throw Object.assign(error, { stack: error.message, toString: () => name });
    }
  };
}

/**
 * The implementation, whose failures and errors are words that can be acted on.
 * @param name of the dynamic resource, which stands before each error
 */
export function refusingInWords(
  name: string,
  provider: pulumi.dynamic.ResourceProvider,
): pulumi.dynamic.ResourceProvider {
  const methods = Object.entries(provider).map(([key, method]) => [key, inWords(name, method as Method)]);
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
