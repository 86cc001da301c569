/** What the tests of the documents read out of Markdown. Pure. */

/** Relative targets of links and pictures, with their fragment. */
export function relativeLinks(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** A document without its fenced blocks. */
export function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, "");
}

/** Fragments that GitHub gives the headings of a document. */
export function fragments(markdown: string): string[] {
  return [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

const starts = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|pulumi|ghrunners|go|bash|git|curl)\s/;

/** Commands in code blocks (fenced as sh or without a language, or indented), and inline code that begins like one. */
export function commands(markdown: string): string[] {
  // A block of another language, or with more words (those of the runbooks have tests of their own), is no list of
  // commands.
  const fenced = [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, info = "", body = ""]) =>
    ["", "sh"].includes(info) ? body.split("\n") : [],
  );
  const indented = prose(markdown)
    .split("\n")
    .filter((line) => /^ {4}\S/.test(line));
  const inline = [...prose(markdown).matchAll(/`([^`\n]+)`/g)]
    .map(([, code = ""]) => code)
    .filter((code) => starts.test(code));
  return [...fenced, ...indented, ...inline]
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** Names that are run by `npm run NAME`, also as `npm start` and `npm test`. */
export function npmScripts(markdown: string): string[] {
  const run = [...markdown.matchAll(/\bnpm run ([a-z][a-z0-9:-]*)/g)].map(([, name = ""]) => name);
  const short = [...markdown.matchAll(/\bnpm (start|test)\b/g)].map(([, name = ""]) => name);
  return [...run, ...short];
}

/** Lines of a document, cells of tables without the blanks by which a table is aligned. */
export const unalignedRows = (markdown: string): string[] =>
  markdown.split("\n").map((line) => line.replace(/ *\| */g, "|").replace(/-{3,}/g, "---"));
