/** Layers that rehearse the whole system, in several labs side by side. */
import { instanceNamed } from "@ghrunners/lab/instance";
import { labDown } from "@ghrunners/lab/lifecycle";
import type { LayerContext } from "./context";
import type { LayerResult } from "./layer";
import { longestFirst, readDurations, recordDurations } from "./longest-first";
import { orderedChannels } from "./ordered-output";
import { sum } from "./results";
import { filesOf, prepared, runFiles } from "./test-files";

/** Labs that the whole rehearsal runs in, side by side: one waits for its machines now and then, two hardly do. */
const LABS = 2;

/** The labs' names: what GHRUNNERS_LAB names is the first. */
export const labNames = (name = process.env.GHRUNNERS_LAB || "test", count = LABS): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name.slice(0, 8)}-${index + 1}`));

/** Runs the files of a layer. Every file brings its lab to the state that it needs, so any of them may follow any other. */
export async function rehearsalLayer(layer: "rehearsal" | "long", context: LayerContext): Promise<LayerResult> {
  const files = filesOf(layer);
  const channels = orderedChannels(files.length, (text) => context.say(text.replace(/\n$/, "")));
  const results: LayerResult[] = [];
  const waiting = longestFirst(files, readDurations());
  const takeFiles = async (lab: string): Promise<void> => {
    const env = { GHRUNNERS_LAB: lab };
    const preparation = await prepared(context, "a lab of the whole system", env);
    results.push(preparation);
    // Without a lab every file would say the same.
    if (preparation.failures.length > 0) waiting.length = 0;
    for (let file = waiting.shift(); file !== undefined && !context.stop.aborted; file = waiting.shift()) {
      const channel = channels[files.indexOf(file)];
      const say = (line: string): void => channel?.write(`${line}\n`);
      say(`  ${file} in the lab "${lab}"`);
      results.push(await runFiles({ ...context, say }, [file], { timeoutMs: 900_000, env }));
      channel?.end();
    }
    await labDown(instanceNamed(lab), () => undefined);
  };
  // What is named is one test or a few, for which one lab is enough.
  const whole = context.grep === "";
  await Promise.all((whole ? labNames() : labNames(undefined, 1)).map(takeFiles));
  const result = sum(results);
  if (whole && !context.stop.aborted) recordDurations(result.timings);
  return result;
}
