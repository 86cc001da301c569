import { stripVTControlCharacters } from "node:util";

/**
 * Lines of a table, its columns as wide as their widest cell, two blanks apart. Colours do not count as width. Pure.
 * Why not cli-table3: this is all that the tables here need; it draws borders, which would have to be switched off one
 * by one.
 * @param rows all of the same length; a heading is a row
 * @param numbersFrom index of the first column that is aligned to the right; default: none is
 * @example textTable([["runner", "jobs"], ["runner-1", "12"]], 1) // ["runner    jobs", "runner-1    12"]
 */
export function textTable(rows: readonly (readonly string[])[], numbersFrom = Infinity): string[] {
  const width = (cell: string): number => stripVTControlCharacters(cell).length;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const blanks = " ".repeat((widths[column] ?? 0) - width(cell));
        return column < numbersFrom ? cell + blanks : blanks + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
