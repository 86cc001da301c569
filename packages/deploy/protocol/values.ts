/**
 * Values from outside: command line, workflow input, plan file, a request to a target. Each has one form, which is
 * parsed at every entry point and again on the target, which trusts no deployer. An empty text is not a value.
 */
declare const form: unique symbol;
type Formed<Name extends string> = string & { readonly [form]: Name };

/** Version of the application, which is also the name of its release folder. */
export type Version = Formed<"version">;
/** Id of one deployment, of its records, its evidence and its incident. */
export type DeploymentId = Formed<"deployment id">;

export interface Form {
  /** What the value is, for a message. */
  readonly what: string;
  readonly pattern: RegExp;
  /** Description for a message: "expected ...". */
  readonly expected: string;
}

/** A segment of a path, not empty and not `.` or `..`. */
const SEGMENT = String.raw`(?!\.{1,2}(?:/|$))[^/\s\x00-\x1f\x7f]+`;
/** The same, but blanks are allowed: names in an archive may have them. */
const NAME = String.raw`(?!\.{1,2}(?:/|$))[^/\x00-\x1f\x7f]+`;

export const forms = {
  version: {
    what: "version",
    pattern: /^[0-9][A-Za-z0-9._+-]{0,63}$/,
    expected: "a version such as 2 or 1.4.0: a digit first, then letters, digits and . _ + -, at most 64",
  },
  deploymentId: {
    what: "deployment id",
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/,
    expected: "letters, digits and inner hyphens, at most 63",
  },
  target: {
    what: "target",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    expected: "a name of the stack's setting ghrunners:targets",
  },
  application: {
    what: "application",
    pattern: /^[a-z][a-z0-9-]{0,31}$/,
    expected: "a lower-case name such as demo-app",
  },
  /** A name of GitHub, an owner: one line that is not blank. */
  line: {
    what: "line of text",
    pattern: /^(?=.*\S)[^\x00-\x1f\x7f]{1,255}$/,
    expected: "one line of 1 to 255 characters",
  },
  /** Name of a step or a check. */
  name: {
    what: "name",
    pattern: /^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$/,
    expected: "a short name of letters, digits and . _ / -",
  },
  sha256: { what: "SHA-256", pattern: /^[0-9a-f]{64}$/, expected: "64 hexadecimal digits" },
  mode: { what: "mode", pattern: /^0[0-7]{3}$/, expected: "an octal mode such as 0644" },
  unit: {
    what: "unit",
    pattern: /^[A-Za-z0-9:_.@-]+\.(service|socket|timer|path)$/,
    expected: "a unit such as app.service",
  },
  /** A file that a plan installs. */
  absolutePath: {
    what: "path",
    pattern: new RegExp(`^(?:/${SEGMENT})+$`),
    expected: "an absolute path without blanks, without . and .. and without a slash at its end",
  },
  /** The folder of releases, the link to the current one: never a folder of the system. */
  ownPath: {
    what: "path",
    pattern: new RegExp(`^(?:/${SEGMENT}){2,}$`),
    expected: "an absolute path of its own, such as /opt/app/releases, without . and .. and without a slash at its end",
  },
  /** Inside a release, or in the plan file's folder. */
  innerPath: {
    what: "path",
    pattern: new RegExp(`^${NAME}(?:/${NAME})*$`),
    expected: "a relative path that stays in its folder: without . and .. and without a slash at its beginning or end",
  },
} as const satisfies Record<string, Form>;

/** @throws TypeError that says what was seen and what was expected: wrong use */
function parsed(text: string, { what, pattern, expected }: Form): string {
  if (pattern.test(text)) return text;
  const seen = text === "" ? "nothing" : JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
  throw new TypeError(`${seen} is not a ${what}. Expected ${expected}.`);
}

/** @throws TypeError that says what was seen and what was expected: wrong use */
export const parseVersion = (text: string): Version => parsed(text, forms.version) as Version;

/** @throws TypeError that says what was seen and what was expected: wrong use */
export const parseDeploymentId = (text: string): DeploymentId => parsed(text, forms.deploymentId) as DeploymentId;

/** A positive number: a fencing token, an issue's number. @throws Error as above */
export const parseCount = (text: string, what: string): number =>
  Number(parsed(text, { what, pattern: /^[1-9][0-9]{0,14}$/, expected: "a whole number from 1 on" }));

/** The agent's own folders: no plan may install anything there. */
const AGENTS_OWN = ["/opt/ghrunners", "/var/lib/ghrunners", "/run/ghrunners"];

const isBelow = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);
const overlap = (a: string, b: string): boolean => isBelow(a, b) || isBelow(b, a);

/** Conflicts between a plan's paths, each of which is well formed by itself. */
export function pathProblems(plan: {
  readonly releases: string;
  readonly current: string;
  readonly steps: readonly { readonly kind: string; readonly name?: string; readonly to?: string }[];
}): string[] {
  const { releases, current } = plan;
  const files = plan.steps.flatMap(({ name, to }) => (to === undefined ? [] : [{ name: `step "${name}"`, to }]));
  const all = [{ name: "releases", to: releases }, { name: "current", to: current }, ...files];
  const problems = all.flatMap(({ name, to }) =>
    AGENTS_OWN.filter((own) => overlap(to, own)).map((own) => `${name}: ${to} conflicts with the agent's own ${own}`),
  );
  all.forEach((one, index) => {
    for (const other of all.slice(index + 1))
      if (overlap(one.to, other.to))
        problems.push(
          `${other.name}: ${other.to} and ${one.name}: ${one.to} are inside each other; expected separate paths`,
        );
  });
  return problems;
}
