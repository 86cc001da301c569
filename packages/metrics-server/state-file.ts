/**
 * A small JSON file that survives kill -9: written whole to a temporary name, then renamed.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type * as z from "zod";

/** Where the last run of an exporter left what the next one goes on with. */
export class StateFile<State> {
  private last = "";

  /**
   * @param schema what the file has to be; a file that does not fit counts as none
   * @param complain told when a file is there and cannot be used
   */
  constructor(
    private readonly file: string,
    private readonly schema: z.ZodType<State>,
    private readonly complain: (line: string) => void,
  ) {}

  /** Undefined where there is none, or none that can be used. */
  read(): State | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return this.schema.parse(JSON.parse(text));
    } catch {
      this.complain(`${this.file} cannot be read as the exporter's state; counting starts anew.`);
      return undefined;
    }
  }

  /** Writes what changed. A full disk is told, and tried again at the next call. */
  write(state: State): void {
    const text = JSON.stringify(state);
    if (text === this.last) return;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      writeFileSync(`${this.file}.new`, text, { mode: 0o600 });
      renameSync(`${this.file}.new`, this.file);
      this.last = text;
    } catch (error) {
      this.complain(`${this.file} could not be written: ${(error as Error).message}`);
    }
  }
}
