/** Where scenarios run, in words. Pure. */

/**
 * @param lab name of the lab
 * @param stack value of PULUMI_STACK; undefined: not set
 * @example placeLine("lab", "acme") // Works on the lab "lab" alone (GHRUNNERS_LAB names another): PULUMI_STACK=acme is ignored
 */
export function placeLine(lab: string, stack: string | undefined): string {
  const ignored =
    stack === undefined || stack === "" ? "no stack of yours is used" : `PULUMI_STACK=${stack} is ignored`;
  return `Works on the lab "${lab}" alone (GHRUNNERS_LAB names another): ${ignored}`;
}
