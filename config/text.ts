import { z } from "zod";

/** A text of one form. Errors and docs/reference/configuration.md describe the form in the same words. */
export function text(allowed: string, fits: RegExp | ((value: string) => boolean)): z.ZodString {
  const test = fits instanceof RegExp ? (value: string): boolean => fits.test(value) : fits;
  return z.string().refine(test, allowed).meta({ allowed });
}
