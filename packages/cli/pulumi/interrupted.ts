/** Exit code of a command that Ctrl-C ended: 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

/** Ctrl-C ended a step; what was done up to then stays. */
export class Interrupted extends Error {
  /** @param step such as `pulumi up` */
  constructor(step: string) {
    super(`Interrupted: ${step} was ended by Ctrl-C. The same command carries on.`);
  }
}
