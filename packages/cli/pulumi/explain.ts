/** What the Pulumi CLI says when it cannot begin, in words of this project. Pure. */

interface Cause {
  /** As Pulumi 3.274 prints it. */
  readonly says: RegExp;
  readonly seen: (stack: string) => string;
  readonly next: (stack: string) => string;
}

const passphrase = (): string =>
  "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, a file whose only line is the passphrase that the stack was made with";

const causes: readonly Cause[] = [
  {
    says: /PULUMI_ACCESS_TOKEN must be set/,
    seen: () => "Pulumi is not logged in, so nobody knows where the stacks are. Expected a backend.",
    next: () => "pulumi login (Pulumi Cloud) or pulumi login file://FOLDER, then the same command",
  },
  {
    says: /unable to open (?:state directory|bucket)/,
    seen: () => "Pulumi's backend cannot be opened.",
    next: () => "pulumi login with the address of the right one, or the variable PULUMI_BACKEND_URL",
  },
  {
    says: /no stack named/,
    seen: (stack) => `There is no stack "${stack}" in Pulumi's backend.`,
    next: (stack) => `pulumi stack ls shows those there are; pulumi stack init ${stack} makes it`,
  },
  {
    says: /passphrase must be set|unable to read PULUMI_CONFIG_PASSPHRASE_FILE/,
    seen: (stack) => `The secrets of the stack ${stack} cannot be opened without its passphrase.`,
    next: passphrase,
  },
  {
    says: /incorrect passphrase/,
    seen: (stack) => `The passphrase is not the one that the stack ${stack} was made with.`,
    next: passphrase,
  },
];

/**
 * @param line what pulumi was called with
 * @param said what it printed
 * @returns what was seen, pulumi's own words, and the next command where the cause is known
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
