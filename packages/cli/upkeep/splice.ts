/**
 * Sets values in the text of a stack's file itself. The library's own rendering would also write other lines anew
 * (blanks in brackets, comments behind a value), and a pull request has to show what it changes and nothing else. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isScalar, parseDocument, type ParsedNode, stringify, type YAMLMap } from "yaml";
import { parseStackDocument, setSettings, settingsIn, type SettingsTree } from "../pulumi/stack-document";

type Path = readonly string[];
type Ranged = YAMLMap.Parsed<ParsedNode, ParsedNode | null>;

/** Every value of the tree with its path in the document. */
function leavesOf(tree: SettingsTree, path: Path = []): [Path, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [Path, unknown][] => {
    const here = [...path, path.length === 0 ? `ghrunners:${key}` : key];
    return typeof value === "object" && value !== null ? leavesOf(value as SettingsTree, here) : [[here, value]];
  });
}

/** Lines of an entry that is in no map yet. */
function entryLines([key = "", ...rest]: Path, value: string, indent: string): string {
  return rest.length === 0
    ? `${indent}${key}: ${value}`
    : `${indent}${key}:\n${entryLines(rest, value, `${indent}  `)}`;
}

/** Appends an entry to the deepest block map that is there. */
function inserted(text: string, document: Document, path: Path, value: string): string {
  const known = path.findLastIndex((_, index) => isMap(document.getIn(path.slice(0, index + 1), true)));
  const map = document.getIn(path.slice(0, known + 1), true) as Ranged | undefined;
  const [first, last] = [map?.items[0]?.key, map?.items.at(-1)];
  const end = last?.value?.range[1] ?? last?.key.range[1];
  if (first === undefined || end === undefined || map?.flow === true) return text;
  const start = text.lastIndexOf("\n", first.range[0] - 1) + 1;
  const after = text.indexOf("\n", Math.max(0, text[end - 1] === "\n" ? end - 1 : end));
  const at = after === -1 ? text.length : after;
  const lines = entryLines(path.slice(known + 1), value, " ".repeat(first.range[0] - start));
  return `${text.slice(0, at)}\n${lines}${text.slice(at)}`;
}

function withValue(text: string, file: string, path: Path, value: unknown): string {
  const document = parseStackDocument(text, file);
  const written = stringify(value, { lineWidth: 0 }).trimEnd();
  const seen = document.getIn(path, true);
  if (!isScalar(seen)) return inserted(text, document, path, written);
  const [from = 0, to = 0] = seen.range ?? [];
  return seen.value === value ? text : text.slice(0, from) + written + text.slice(to);
}

/** The text with these settings; one that cannot be changed in place is rendered by the library. */
export function spliced(text: string, file: string, tree: SettingsTree): string {
  const wanted = parseStackDocument(text, file);
  if (setSettings(wanted, tree).length === 0) return text;
  const changed = leavesOf(tree).reduce((now, [path, value]) => withValue(now, file, ["config", ...path], value), text);
  const made = parseDocument(changed);
  const isRight = made.errors.length === 0 && isDeepStrictEqual(settingsIn(made), settingsIn(wanted));
  return isRight ? changed : wanted.toString({ lineWidth: 0, flowCollectionPadding: false });
}
