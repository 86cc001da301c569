/** The blast radius as Markdown, for a comment on a pull request. Pure. */
import type { Preview } from "./preview";
import type { Operation } from "./operation";
import type { BlastRadius, ResourceChange, LabelChange, AffectedItems } from "./radius";

const words: Readonly<Record<Operation, string>> = {
  delete: "deleted",
  replace: "replaced",
  update: "updated",
  create: "created",
  import: "imported",
};

/** Longest list of changes in one comment; GitHub accepts 65,536 characters. */
const mostChanges = 200;

/** A name comes from a user's configuration: it must not end the code span or the table cell. */
const code = (text: string): string => `\`${text.replace(/[`|\r\n]/g, " ")}\``;

const list = (items: readonly AffectedItems[]): string =>
  items.map(({ name, operation }) => `${code(name)} ${words[operation]}`).join(", ");

function labelText({ runner, added, removed }: LabelChange): string {
  const signed = [...added.map((label) => `+${label}`), ...removed.map((label) => `-${label}`)];
  return `${code(runner)} ${signed.map(code).join(" ")}`;
}

const row = ({ operation, name, type, properties }: ResourceChange): string =>
  `| ${operation} | ${code(name)} | ${code(type)} | ${properties.map(code).join(" ")} |`;

function table(radius: BlastRadius): string[] {
  const rows: [string, string][] = [
    ["Runners", list(radius.runners)],
    ["Labels", radius.labels.map(labelText).join(", ")],
    ["Environments", list(radius.environments)],
    ["Secrets", list(radius.secrets)],
    ["Variables", list(radius.variables)],
    ["Whole repository", list(radius.repository)],
  ];
  const touched = rows.filter(([, text]) => text !== "");
  if (touched.length === 0) return ["No runner, label, environment or secret is touched."];
  return ["| | touched |", "|---|---|", ...touched.map(([what, text]) => `| ${what} | ${text} |`)];
}

/** @param title heading, such as the name of the stack */
export function renderRadius(title: string, { changeSummary, diagnostics }: Preview, radius: BlastRadius): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const counts = Object.entries(changeSummary)
    .filter(([, count]) => count > 0)
    .map(([operation, count]) => `${count} ${operation}`);
  const shown = radius.changes.slice(0, mostChanges);
  const lines = [
    `## ${title}`,
    "",
    ...(errors.length > 0 ? ["**The preview failed**; what it saw before that:", ""] : []),
    counts.length > 0 ? `${counts.join(", ")}.` : "Nothing was previewed.",
    "",
    ...table(radius),
  ];
  if (shown.length > 0) {
    const summary = `<summary>${radius.changes.length} changes</summary>`;
    lines.push("", "<details>", summary, "", "| | resource | type | properties |", "|---|---|---|---|");
    lines.push(...shown.map(row));
    const left = radius.changes.length - shown.length;
    if (left > 0) lines.push("", `${left} more are left out.`);
    lines.push("", "</details>");
  }
  return `${lines.join("\n")}\n`;
}
