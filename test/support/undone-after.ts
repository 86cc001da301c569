/**
 * Undoes in `after` what `before` has made, as far as `before` came; the last first. An `after` hook that expects all
 * of it fails too when `before` did, and hides why.
 * @param hook default: mocha's `after` of the describe block around the call
 * @returns takes what undoes the step that was just done
 * @example
 * const undo = undoneAfter();
 * before(async () => {
 *   operator = await Operator.open();
 *   undo(() => operator.close());
 * });
 */
export function undoneAfter(hook: (work: () => Promise<void>) => void = after): (step: () => unknown) => void {
  const steps: (() => unknown)[] = [];
  hook(async () => {
    const errors: unknown[] = [];
    for (const step of steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join("\n"));
  });
  return (step) => void steps.push(step);
}
