/** Exit code of a command that Ctrl-C ended: 128 plus the number of SIGINT. */
export const INTERRUPTED = 130;

/** Ctrl-C ended a step; what was done before stays. */
export class Interrupted extends Error {
  /** @param step such as `pulumi up` */
  constructor(step: string) {
    super(`Interrupted: ${step} was ended by Ctrl-C. Run the same command to resume.`);
  }
}
