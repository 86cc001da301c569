/** Exit code of a command that Ctrl-C ended: 128 plus the number of SIGINT. */
export const INTERRUPTED = 130;

/** Ctrl-C ended a step; what was done before stays. */
export class Interrupted extends Error {
  /**
   * @param step such as `pulumi up`
   * @param left what is as it was before, as a sentence; default: nothing is said about it
   */
  constructor(step: string, left = "") {
    super(`Interrupted: ${step} was ended by Ctrl-C. ${left}${left === "" ? "" : " "}Run the same command to resume.`);
  }
}
