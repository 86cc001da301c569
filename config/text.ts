import { z } from "zod";

/** A text of one form. The words for the form stand in errors and in docs/reference/configuration.md alike. */
export function text(allowed: string, fits: RegExp | ((value: string) => boolean)): z.ZodString {
  const test = fits instanceof RegExp ? (value: string): boolean => fits.test(value) : fits;
  return z.string().refine(test, allowed).meta({ allowed });
}
