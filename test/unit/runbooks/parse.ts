/** What the tests read out of a runbook. Pure. */

/** What a block of a runbook is for. `variables` names what all blocks use, `not-run` is shown and never run. */
export type BlockKind = "check" | "fix" | "verify" | "variables" | "not-run";

export interface RunbookBlock {
  readonly kind: BlockKind;
  /** Why it is not run; for `not-run` only. */
  readonly reason: string;
  readonly script: string;
  /** Patterns of which each must fit what it prints. */
  readonly expected: readonly string[];
  readonly exitCode: number;
}

/** A section of a runbook: an alert, or the beginning of the file. */
export interface RunbookSection {
  /** Heading; empty for the text before the first one. */
  readonly title: string;
  readonly text: string;
  /** The state it is rehearsed in; undefined: it is not, for the reason. */
  readonly state: string | undefined;
  readonly notRehearsed: string | undefined;
  readonly blocks: readonly RunbookBlock[];
  /** LogQL queries. */
  readonly queries: readonly string[];
}

const fence = /^```(\S+)?[ ]?(.*)\n([\s\S]*?)^```$/gm;

function block(info: string, body: string): RunbookBlock {
  const [kind = "", ...reason] = info.split(" ");
  if (!["check", "fix", "verify", "variables", "not-run"].includes(kind))
    throw new Error(`A block of sh is "${info}".`);
  const promises = body.split("\n").flatMap((line) => (line.startsWith("#> ") ? [line.slice(3)] : []));
  const exit = promises.map((line) => /^exit (\d+)$/.exec(line)?.[1]).find((code) => code !== undefined);
  return {
    kind: kind as BlockKind,
    reason: reason.join(" "),
    script: body.replace(/^#> .*\n/gm, "").trim(),
    expected: promises.filter((line) => !/^exit \d+$/.test(line)),
    exitCode: Number(exit ?? 0),
  };
}

export function sections(markdown: string): RunbookSection[] {
  return markdown.split(/^## /m).map((part, index) => {
    const [first = "", ...rest] = part.split("\n");
    const text = index === 0 ? part : rest.join("\n");
    const fences = [...text.matchAll(fence)].map(([, language = "", info = "", body = ""]) => ({
      language,
      info,
      body,
    }));
    return {
      title: index === 0 ? "" : first.trim(),
      text,
      state: /<!-- rehearsed in: ([a-z-]+) -->/.exec(text)?.[1],
      notRehearsed: /<!-- not rehearsed: (.+) -->/.exec(text)?.[1],
      blocks: fences.filter(({ language }) => language === "sh").map(({ info, body }) => block(info, body)),
      queries: fences.filter(({ language }) => language === "logql").map(({ body }) => body.trim()),
    };
  });
}

/** Shell variables that a script uses. */
export function variablesOf(script: string): string[] {
  return [...new Set([...script.matchAll(/(?<!\\)\$\{?([A-Z][A-Z_]*)\b/g)].map(([, name = ""]) => name))];
}
