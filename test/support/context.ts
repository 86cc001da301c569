/** Gets one line of a layer's report. */
export type PrintLine = (line: string) => void;

/** What a layer of the tests works with. */
export interface LayerContext {
  readonly say: PrintLine;
  /** Only tests whose titles have this text; all of them when empty. */
  readonly grep: string;
  /** Ctrl-C: what has been started ends, and nothing more is started. */
  readonly stop: AbortSignal;
}
