/**
 * The parts of `pulumi preview --json` that the blast radius needs. Source: pkg/backend/display/json.go of the engine.
 */
import { z } from "zod";

const state = z.object({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
});

const step = z.object({
  op: z.string(),
  urn: z.string(),
  oldState: state.optional(),
  newState: state.optional(),
  diffReasons: z.array(z.string()).nullish(),
  replaceReasons: z.array(z.string()).nullish(),
});

const preview = z.object({
  steps: z.array(step).default([]),
  diagnostics: z.array(z.object({ message: z.string(), severity: z.string() })).default([]),
  changeSummary: z.record(z.string(), z.number()).default({}),
});

export type ResourceState = z.output<typeof state>;
export type PreviewStep = z.output<typeof step>;
export type Preview = z.output<typeof preview>;

/**
 * @param text output of `pulumi preview --json`; lines before the first brace are skipped
 * @throws Error if it does not contain a preview
 */
export function parsePreview(text: string): Preview {
  const start = text.indexOf("{");
  let value: unknown;
  try {
    value = JSON.parse(start < 0 ? "" : text.slice(start));
  } catch (error) {
    throw new Error(
      `This is not a preview: ${(error as Error).message}. Expected JSON. Next: pulumi preview --json --show-sames`,
    );
  }
  const result = preview.safeParse(value);
  if (!result.success) throw new Error(`This is not a preview: ${z.prettifyError(result.error)}`);
  return result.data;
}
