/**
 * A small JSON file that survives kill -9: written whole to a temporary name, then renamed.
 */
import { readFileSync } from "node:fs";
import type * as z from "zod";
import { removeTemporaries, writeWhole } from "@ghrunners/core/whole-file";

/** State that an exporter keeps for its next run. */
export class StateFile<State> {
  private last = "";

  /**
   * @param schema schema of the file; a file that does not match counts as missing
   * @param complain called if a file exists but cannot be used
   */
  constructor(
    private readonly file: string,
    private readonly schema: z.ZodType<State>,
    private readonly complain: (line: string) => void,
  ) {}

  /** Undefined if there is no usable file. */
  read(): State | undefined {
    try {
      removeTemporaries(this.file);
      return this.schema.parse(JSON.parse(readFileSync(this.file, "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      this.complain(`${this.file} cannot be read as the exporter's state; counting starts anew.`);
      return undefined;
    }
  }

  /** Writes the state if it changed. A full disk is reported, and the write is retried at the next call. */
  write(state: State): void {
    const text = JSON.stringify(state);
    if (text === this.last) return;
    try {
      writeWhole(this.file, text);
      this.last = text;
    } catch (error) {
      this.complain(`${this.file} could not be written: ${(error as Error).message}`);
    }
  }
}
