/** A section of a runbook as it is printed on a terminal. Pure. */
import { type AlertName, runbookAnchor, runbooks } from "@ghrunners/monitoring/runbooks";

const names = Object.keys(runbooks) as AlertName[];

/**
 * The alert that a person means: its name, in any case, or the address of its runbook.
 * @returns undefined for none
 * @example alertNamed("https://github.com/o/r/blob/main/docs/runbooks/offline-restore.md#runneroffline") // "RunnerOffline"
 */
export function alertNamed(words: string): AlertName | undefined {
  const anchor = words.replace(/^.*#/, "").toLowerCase();
  return names.find((name) => runbookAnchor(name) === anchor);
}

/** Text below an alert's heading. @throws Error where the file has no such heading */
export function sectionOf(markdown: string, alert: AlertName): string {
  const section = markdown.split(/^## /m).find((part) => part.split("\n", 1)[0]?.trim() === alert);
  if (section === undefined) throw new Error(`docs/runbooks/${runbooks[alert]} has no section ${alert}.`);
  return section.slice(section.indexOf("\n") + 1);
}

/** What an alert means, in its first sentence. */
export function meaningOf(section: string): string {
  const means = /\*\*Means\.\*\* ([\s\S]*?)(?:\n\n|$)/.exec(section)?.[1] ?? "";
  return (/^[\s\S]*?\.(?=\s|$)/.exec(plain(means))?.[0] ?? plain(means)).replace(/\s+/g, " ");
}

/** A variable of a command; one behind a backslash is the remote shell's own. */
const VARIABLE = /(?<!\\)\$(?:\{([A-Z][A-Z_]*)\}|([A-Z][A-Z_]*)\b)/g;

/** Names of the variables in the commands of a text, each once. */
export const variablesOf = (text: string): string[] => [
  ...new Set([...text.matchAll(VARIABLE)].map(([, braced, bare]) => braced ?? bare ?? "")),
];

/** The text with the variables whose values are known. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(VARIABLE, (whole, braced: string | undefined, bare: string | undefined) => {
    return values[braced ?? bare ?? ""] ?? whole;
  });

/** Words without the marks of Markdown. A link to another alert is its name; any other shows where it leads. */
function plain(text: string): string {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words: string, target: string) => {
      const alert = alertNamed(target);
      if (alert !== undefined) return words === alert ? `${words} (ghrunners runbook ${alert})` : words;
      return target.startsWith("../") ? `${words} (docs/${target.slice(3)})` : words;
    })
    .replace(/\*\*([^*]+)\*\*/g, "$1")
    .replace(/`([^`]+)`/g, "$1");
}

/** Commands are indented; what they should print stands behind `#`, so that a whole block can be pasted. */
const shown = (body: string): string =>
  body
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line.replace(/^#> exit (\d+)$/, "# exit code $1").replace(/^#> /, "# expected: ")}`)
    .join("\n");

/**
 * A section for a terminal.
 * @param values of variables, by name
 */
export function renderSection(alert: AlertName, section: string, values: Readonly<Record<string, string>>): string {
  const parts = section.replace(/<!--[\s\S]*?-->\n*/g, "").split(/^```(.*)\n([\s\S]*?)^```$/m);
  // split() gives text, language, body, text, language, body, ..., text.
  const text = parts.map((part, index) => {
    if (index % 3 === 1) return "";
    return index % 3 === 2 ? shown(filledIn(part, values)) : plain(filledIn(part, values));
  });
  return `${alert}\n\n${text
    .join("")
    .trim()
    .replace(/\n{3,}/g, "\n\n")}\n`;
}
