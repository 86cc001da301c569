import { createHash } from "node:crypto";
import { format } from "prettier";
import { renderScript, scriptParameters } from "../../../../packages/core/ssh/render-script";

/** A text of more lines is shown by its length and digest. */
const LONGEST_PARAMETER = 100;

/** What stands for a long text: it changes when the text does. */
export const digest = (text: string): string =>
  `${text.split("\n").length} lines, sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;

/** JSON with short objects on one line. */
export async function readableJson(text: string): Promise<string> {
  return format(JSON.stringify(JSON.parse(text)), { parser: "json", printWidth: 160 });
}

/** A list of `name: value` with values of several lines below their names, indented. */
export function listed(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const lines = value.split("\n");
      if (lines.length === 1) return `${name}: ${value}`.trimEnd();
      return [`${name}:`, ...lines.map((line) => `  | ${line}`.trimEnd())].join("\n");
    })
    .join("\n");
}

export interface StoredElsewhere {
  /** Parameters whose texts have a golden file of their own: their digests are shown. */
  readonly golden?: RegExp;
  /** Parameters that change with every edit of a program that is installed: only their names are shown. */
  readonly program?: RegExp;
}

/**
 * A script that was rendered for a host: its parameters, and digests of the script itself and of long parameters. The
 * script and most long parameters are files of the checkout, so their own changes show what changed.
 */
export function describeScript(rendered: string, { golden = /^$/, program = /^$/ }: StoredElsewhere = {}): string {
  const parameters = scriptParameters(rendered);
  const body = rendered.slice(renderScript("", parameters).length);
  const shown = Object.entries(parameters).map(([name, value]) => {
    if (program.test(name)) return [name, "(of the installed program)"];
    const isLong = value.split("\n").length > LONGEST_PARAMETER;
    return [name, isLong || golden.test(name) ? `(${digest(value)})` : value];
  });
  return `${listed(Object.fromEntries(shown) as Record<string, string>)}\n\nthen the script: ${digest(body)}\n`;
}
