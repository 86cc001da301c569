/** Explains the Pulumi CLI's errors when it cannot start. Pure. */

/** What has to be there before Pulumi can do anything for a stack, in the order of its own needs. */
export type PulumiNeed = "backend" | "stack" | "passphrase";

interface Cause {
  /** What is missing, if that is the cause. */
  readonly lacks?: PulumiNeed;
  /** As Pulumi 3.274 prints it. */
  readonly says: RegExp;
  readonly seen: (stack: string) => string;
  readonly next: (stack: string) => string;
}

const passphrase = (): string =>
  "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, a file whose only line is the passphrase that the stack was created with";

const causes: readonly Cause[] = [
  {
    lacks: "backend",
    says: /PULUMI_ACCESS_TOKEN must be set/,
    seen: () => "Pulumi is not logged in to a backend, so there is no stack. Expected a backend.",
    next: () => "pulumi login (Pulumi Cloud) or pulumi login file://FOLDER, then run the same command",
  },
  {
    lacks: "backend",
    says: /unable to open (?:state directory|bucket)/,
    seen: () => "Pulumi's backend cannot be opened.",
    next: () => "pulumi login with the right address, or set the variable PULUMI_BACKEND_URL",
  },
  {
    lacks: "stack",
    says: /no stack named/,
    seen: (stack) => `There is no stack "${stack}" in Pulumi's backend.`,
    next: (stack) => `pulumi stack ls lists the existing ones; pulumi stack init ${stack} creates it`,
  },
  {
    lacks: "passphrase",
    says: /passphrase must be set|unable to read PULUMI_CONFIG_PASSPHRASE_FILE/,
    seen: (stack) => `The secrets of the stack ${stack} cannot be opened without its passphrase.`,
    next: passphrase,
  },
  {
    lacks: "passphrase",
    says: /incorrect passphrase/,
    seen: (stack) => `The passphrase is not the one that the stack ${stack} was created with.`,
    next: passphrase,
  },
  {
    // The file backend writes it in place; everything else it writes as a new file that takes the old one's name.
    says: /failed to load checkpoint: (?:.*: )?(?:unexpected )?EOF/,
    seen: (stack) => `A killed run left a half-written file beside the state of ${stack}; the state itself is whole.`,
    next: (stack) =>
      `remove ${stack}.json.attrs, which Pulumi can do without, from .pulumi/stacks/ghrunners in the backend's folder`,
  },
];

/** What the Pulumi CLI lacks according to its output; undefined if that is not the cause. */
export const lackOf = (said: string): PulumiNeed | undefined => causes.find(({ says }) => says.test(said))?.lacks;

/** Pulumi failed, in words. */
export class PulumiError extends Error {
  constructor(
    message: string,
    readonly lacks: PulumiNeed | undefined,
  ) {
    super(message);
  }
}

/**
 * @param line the arguments of pulumi
 * @param said its output
 * @returns what was seen, pulumi's own message, and the next command if the cause is known
 */
export function explainPulumi(line: readonly string[], said: string, stack: string): string {
  const words = said
    .split("\n")
    .map((each) => each.replace(/^error: /, "").trim())
    .filter((each) => each !== "");
  const cause = causes.find(({ says }) => says.test(said));
  if (cause === undefined) return `pulumi ${line.slice(0, 2).join(" ")} failed: ${words.join("\n")}`;
  return `${cause.seen(stack)} Pulumi says: ${words[0]}. Next: ${cause.next(stack)}`;
}
