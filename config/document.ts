/**
 * docs/reference/configuration.md, rendered from the schema. A test compares the file with this text.
 * Run this file to write it: npx tsx config/document.ts
 */
import { writeFileSync } from "node:fs";
import { parseConfiguration } from "./parse";
import { allowedText, commandFor, documentation, type Documentation, isSecret } from "./documentation";

interface Row {
  readonly path: string;
  readonly node: Documentation;
  readonly required: boolean;
  /** A setting of an entry of a list that itself may be left out. */
  readonly inEntry: boolean;
}

/** Every setting that takes a value, in the order of the schema; lists of groups as `name[].setting`. */
function rows(node: Documentation, prefix: string, groupRequired: boolean): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const demanded = (node.required ?? []).includes(key);
    const required = groupRequired && demanded;
    if (child.properties !== undefined) return rows(child, path, required);
    if (child.items?.properties !== undefined) return rows(child.items, `${path}[]`, required);
    return [{ path, node: child, required, inEntry: !required && demanded }];
  });
}

/** Settings without which nothing works, as an empty configuration is refused for them: with one runner. */
export function requiredSettings(): string[] {
  const empty = parseConfiguration({ stack: "empty", values: {}, secrets: [] });
  return "problems" in empty ? empty.problems.map(({ path }) => path) : [];
}

/** Every setting that takes a value; one of an entry of a list as `runners[].vmId`. */
export const settingPaths = (): string[] => rows(documentation, "", true).map(({ path }) => path);

const cell = (text: string): string => text.replace(/\|/g, "\\|");

function renderDefault({ node, required, inEntry }: Row): string {
  if (required) return "**required**";
  if (inEntry) return "required in an entry";
  if (node.default === undefined || node.default === "") return "";
  if (Array.isArray(node.default) && node.default.length === 0) return "none";
  return `\`${Array.isArray(node.default) ? node.default.join(", ") : JSON.stringify(node.default).replace(/^"|"$/g, "")}\``;
}

export function renderDocument(): string {
  const table = rows(documentation, "", true).map((row) => {
    const example = row.node.example === undefined ? "" : `\`${row.node.example}\``;
    const secret = isSecret(row.path) ? " Secret." : "";
    return `| \`${row.path}\` | ${cell(row.node.description ?? "")}${secret} | ${cell(allowedText(row.node))} | ${renderDefault(row)} | ${cell(example)} |`;
  });
  const required = requiredSettings().map((path) => `    ${commandFor(path)}`);
  return `# Configuration

<!-- Rendered from config/schema.ts by \`npx tsx config/document.ts\`; a test compares the two. -->

Every setting of the program, with its meaning, allowed values and default. For operators who write a stack file;
the [README](../../README.md#use-it) shows a complete small one.

All keys belong to the project \`ghrunners\`. Set a key of a group with \`--path\`:
\`pulumi config set --path 'ghrunners:vm.cores' 8\`. A key that is not in the table is refused. All problems of a
configuration are reported at once, each with the command that corrects it. Store secrets with \`--secret\`; Pulumi
then reads the value from standard input.

## Required settings

These ${required.length} settings have no default. Each further runner needs its own four, and \`proxmox.templateId\` is left
out where \`proxmox.image\` names an image:

${required.join("\n")}

## All settings

| setting | meaning | allowed | default | example |
|---|---|---|---|---|
${table.join("\n")}
`;
}

if (require.main === module) writeFileSync("docs/reference/configuration.md", renderDocument());
