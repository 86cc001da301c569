/** The settings in a stack's configuration file, read and changed as YAML so that comments and order stay. Pure. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, parseDocument } from "yaml";

/** Settings below the project's prefix: `{ proxmox: { node: "pve1" } }`. */
export type SettingsTree = Readonly<Record<string, unknown>>;

const PREFIX = "ghrunners:";

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws Error that names the file and the line of what is no YAML */
export function parseStackDocument(text: string, file: string): Document {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new Error(`${file} is not YAML: ${problem.message.split("\n")[0]}. Next: correct it, then the same command`);
  return document;
}

/** The project's settings in the document; encrypted values as `{ secure: ... }`. */
export function settingsIn(document: Document): SettingsTree {
  const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith(PREFIX));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
}

/** Whether a group of the file is an encrypted value. */
export const isEncrypted = (value: unknown): boolean => isTree(value) && "secure" in value;

/**
 * Sets every value of the tree that the document has otherwise, leaf by leaf; lists are replaced as a whole unless
 * their entries can be set one by one.
 * @returns paths that were changed, such as `proxmox.node`
 */
export function setSettings(document: Document, tree: SettingsTree): string[] {
  const changed: string[] = [];
  const set = (path: (string | number)[], value: unknown, shown: string): void => {
    const seen = document.getIn(path, true);
    const plain = (seen as { toJSON?: () => unknown } | undefined)?.toJSON?.() ?? document.getIn(path);
    if (isDeepStrictEqual(plain, value)) return;
    if (isTree(value) && isMap(seen)) {
      for (const [key, each] of Object.entries(value)) set([...path, key], each, `${shown}.${key}`);
      return;
    }
    if (Array.isArray(value) && Array.isArray(plain) && value.length === plain.length) {
      value.forEach((each, index) => set([...path, index], each, `${shown}[${index}]`));
      return;
    }
    document.setIn(path, document.createNode(value));
    changed.push(shown);
  };
  for (const [key, value] of Object.entries(tree)) set(["config", `${PREFIX}${key}`], value, key);
  return changed;
}
