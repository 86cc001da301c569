/** A filled document as Markdown for GitHub. Pure. */
import type { DocumentEntry, ReviewDocument, Table } from "./document";

/**
 * Escapes text of a record, so that it makes no emphasis, link, HTML or new cell. It is never placed at the beginning
 * of a line.
 */
export function escaped(text: string): string {
  return text.replace(/[\\`*[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\$&").replace(/\r\n|[\r\n]/g, "<br>");
}

const blank = (askedOf: string): string => `**[to fill in]** by ${askedOf}: ________`;

function said({ value, askedOf, missing }: DocumentEntry): string {
  if (value !== null) return escaped(value);
  return missing ? `**not recorded**; can be filled in by ${askedOf}` : blank(askedOf ?? "");
}

function line(entry: DocumentEntry): string {
  const { label, ticked } = entry;
  if (ticked === undefined) return `- ${label}: ${said(entry)}`;
  return `- [${ticked === true ? "x" : " "}] ${label}: ${said(entry)}`;
}

function table({ columns, rows, whenEmpty }: Table): string[] {
  if (rows.length === 0) return [whenEmpty];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(columns), row(columns.map(() => "---")), ...rows.map(({ cells }) => row(cells.map(escaped)))];
}

const foot = [
  "---",
  "",
  "Every value is a field of a record; missing values are marked **not recorded**. Lines marked **[to fill in]** are for people.",
];

export function renderMarkdown({ title, sections }: ReviewDocument): string {
  const body = sections.flatMap(({ heading, entries, tables }) => [
    `## ${heading}`,
    "",
    ...(entries.length === 0 ? [] : [...entries.map(line), ""]),
    ...tables.flatMap((each) => [...table(each), ""]),
  ]);
  return `${[`# ${title}`, "", ...body, ...foot].join("\n")}\n`;
}
