/**
 * Checks of a component's arguments: all problems of a constructor are reported at once; values known only later are
 * not checked.
 */
import * as pulumi from "@pulumi/pulumi";
import { isRunnerGroupName, RUNNER_GROUP_FORM } from "@ghrunners/core/vocabulary/runner-group";
import { CPU_TYPE_FORM, isCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { parseAddress, parseCidr, parseNarrowCidr } from "@ghrunners/core/vocabulary/ipv4";

/** One problem of an argument. */
export interface ArgumentProblem {
  /** Path of the argument, such as `runners[0].vmId`. */
  readonly path: string;
  readonly seen: string;
  readonly allowed: string;
}

/** A form that a value must have: its description and its test. */
export interface ValueForm {
  readonly allowed: string;
  readonly fits: (value: unknown) => boolean;
}

const text = (allowed: string, pattern: RegExp): ValueForm => ({
  allowed,
  fits: (value) => typeof value === "string" && pattern.test(value),
});

/** A whole number within bounds. */
export const wholeNumber = (minimum: number, maximum: number): ValueForm => ({
  allowed: `a whole number, ${minimum} to ${maximum}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
});

export const forms = {
  repository: text("owner/name, without .git", /^[A-Za-z0-9-]+\/(?!.*\.git$)[A-Za-z0-9._-]+$/),
  httpsUrl: text("an https URL", /^https:\/\/[^\s'"]+$/),
  name: text("lower-case letters, digits and inner hyphens, at most 63", /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  runnerGroup: {
    allowed: RUNNER_GROUP_FORM,
    fits: (value) => typeof value === "string" && isRunnerGroupName(value),
  },
  label: text("letters, digits, dot, hyphen, underscore, at most 64", /^[A-Za-z0-9._-]{1,64}$/),
  cpuType: { allowed: CPU_TYPE_FORM, fits: (value) => typeof value === "string" && isCpuType(value) },
  variableName: text(
    "upper-case letters, digits and underscores, not starting with GITHUB_ or a digit",
    /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/,
  ),
  imageChecksum: text("128 or 64 lower-case hexadecimal digits", /^([0-9a-f]{128}|[0-9a-f]{64})$/),
  sha256: text("64 lower-case hexadecimal digits", /^[0-9a-f]{64}$/),
  filled: text("a text that is not empty", /\S/),
  role: text("primary, secondary or delivery", /^(primary|secondary|delivery)$/),
  path: text("an absolute path without blanks", /^\/[^\s'"]*[^\s'"/]$/),
  hostKey: text(
    "a public ECDSA or Ed25519 host key: its kind, a blank, its base64 text",
    /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
  ),
  address: {
    allowed: "an IPv4 address",
    fits: (value) => typeof value === "string" && parseAddress(value) !== undefined,
  },
  cidr: {
    allowed: "an IPv4 network in CIDR form, no bits set below the prefix",
    fits: (value) => typeof value === "string" && parseCidr(value) !== undefined,
  },
  narrowCidr: {
    allowed: "an IPv4 network in CIDR form of /8 to /32, no bits set below the prefix",
    fits: (value) => typeof value === "string" && parseNarrowCidr(value) !== undefined,
  },
  vmId: wholeNumber(100, 999_999_999),
} as const satisfies Record<string, ValueForm>;

const later = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** Whether an input can be checked now, that is, it is neither an output of a resource nor a promise. */
export function isPlain<T>(value: pulumi.Input<T>): value is T {
  return !later(value);
}

/**
 * The problems of values by path. A value that is known only later is checked by the resource that receives it.
 * @param values values with their forms; an undefined one is a problem unless its path ends in `?`
 */
export function problemsOf(values: Readonly<Record<string, readonly [unknown, ValueForm]>>): ArgumentProblem[] {
  return Object.entries(values).flatMap(([key, [value, { allowed, fits }]]) => {
    const path = key.replace(/\?$/, "");
    if (later(value) || (value === undefined && key.endsWith("?")) || fits(value)) return [];
    const seen =
      value === undefined ? "nothing" : /token|key|secret/i.test(path) ? "another form" : JSON.stringify(value);
    return [{ path, seen, allowed }];
  });
}

/** @throws pulumi.ResourceError that lists every problem */
export function refuseArguments(
  component: pulumi.ComponentResource,
  name: string,
  found: readonly ArgumentProblem[],
): void {
  if (found.length === 0) return;
  const lines = found.map(({ path, seen, allowed }) => `  ${path}: seen ${seen}, expected ${allowed}`);
  const count = found.length === 1 ? "An argument" : `${found.length} arguments`;
  throw new pulumi.ResourceError(
    `${count} of ${component.constructor.name} "${name}" cannot be taken. Next: change them in the program.\n${lines.join("\n")}`,
    component,
    true,
  );
}

/** The final value of an output. Only for hooks: they run in an update, when all their values are known. */
export function settled<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => void pulumi.output(value).apply(resolve));
}
