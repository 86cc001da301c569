/** The layers of the tests, and which of them run side by side. */
import { reasonForApiOnly } from "@ghrunners/lab/mode";
import type { LayerContext } from "./context";
import type { LayerResult } from "./layer";
import { orderedChannels } from "./ordered-output";
import { prometheus3Layer } from "./prometheus3-layer";
import { rehearsalLayer } from "./rehearsal-layer";
import { nothing, sum } from "./results";
import { filesOf, preparedLayer, runFiles } from "./test-files";
import { slowest } from "./timings";
import { goLayer, staticLayer } from "./tool-layers";

interface Layer {
  readonly run: (context: LayerContext) => Promise<LayerResult>;
  /**
   * Layers of one lane follow each other. The lane `code` comes first and alone; then the two others run side by side,
   * because a lab waits now and then. More at a time takes longer as a whole on two processors: the same lint needs
   * twice the processor time beside three labs.
   */
  readonly lane: "code" | "engine" | "rehearsal";
  /** Its tests start guests: machines in namespaces of this one. */
  readonly hasGuests?: true;
  /** Runs only where it is named: its tests take longer than people wait for a change. */
  readonly onlyByName?: true;
}

const layers: Readonly<Record<string, Layer>> = {
  static: { run: staticLayer, lane: "code" },
  unit: { run: (context) => runFiles(context, filesOf("unit"), { timeoutMs: 60_000, jobs: 2 }), lane: "code" },
  integration: {
    run: (context) => runFiles(context, filesOf("integration"), { timeoutMs: 60_000, jobs: 2 }),
    lane: "code",
  },
  simulation: {
    run: (context) => runFiles(context, filesOf("simulation"), { timeoutMs: 60_000, jobs: 2 }),
    lane: "code",
  },
  go: { run: goLayer, lane: "code" },
  engine: { run: preparedLayer("toolchain", "engine", 600_000), lane: "engine" },
  machine: { run: preparedLayer("templates", "machine", 300_000), lane: "engine", hasGuests: true },
  rehearsal: { run: (context) => rehearsalLayer("rehearsal", context), lane: "rehearsal", hasGuests: true },
  long: { run: (context) => rehearsalLayer("long", context), lane: "rehearsal", hasGuests: true, onlyByName: true },
  prometheus3: { run: prometheus3Layer, lane: "code", onlyByName: true },
};

/** Every layer that can be named. */
export const layerNames: readonly string[] = Object.keys(layers);

/** The layers that run where none is named. */
export const usualLayers: readonly string[] = layerNames.filter((name) => layers[name]?.onlyByName === undefined);

/** True for a layer that two runs on one machine would disturb each other in. */
export const needsLabs = (name: string): boolean =>
  layers[name]?.hasGuests === true || layers[name]?.onlyByName === true;

async function runLayer(name: string, layer: Layer, context: LayerContext): Promise<LayerResult> {
  const { say } = context;
  const reason = layer.hasGuests === true ? reasonForApiOnly() : undefined;
  say(`\n== ${name}${reason === undefined ? "" : ` is left out: ${reason}`}`);
  if (reason !== undefined) return { ...nothing, skipped: 1 };
  const result = await layer.run(context);
  slowest(result.timings).forEach(say);
  return result;
}

/** Runs the layers, lanes side by side, and reports them in the order of their names here. */
export async function runLayers(
  names: readonly string[],
  { grep, stop }: Omit<LayerContext, "say">,
  show: (text: string) => void,
): Promise<LayerResult> {
  const channels = orderedChannels(names.length, show);
  const lane = async (which: Layer["lane"]): Promise<LayerResult> => {
    const results: LayerResult[] = [];
    for (const [index, name] of names.entries()) {
      const layer = layers[name];
      if (layer?.lane !== which) continue;
      const channel = channels[index];
      results.push(await runLayer(name, layer, { grep, stop, say: (line) => channel?.write(`${line}\n`) }));
      channel?.end();
    }
    return sum(results);
  };
  return sum([await lane("code"), ...(await Promise.all([lane("engine"), lane("rehearsal")]))]);
}
