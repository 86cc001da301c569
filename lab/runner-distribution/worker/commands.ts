/** A workflow command: `::name key=value,key=value::message`. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const unescapeMessage = (text: string): string =>
  text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const unescapeProperty = (text: string): string => unescapeMessage(text.replaceAll("%3A", ":").replaceAll("%2C", ","));

/** Undefined for a line that is no command. */
export function parseCommand(line: string): WorkflowCommand | undefined {
  const match = /^::([a-z-]+)(?: (.*?))?::(.*)$/is.exec(line.trimStart());
  if (match === null) return undefined;
  const [, name = "", properties = "", message = ""] = match;
  const pairs = properties.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), unescapeProperty(pair.slice(at + 1))] as const];
  });
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs), message: unescapeMessage(message) };
}

/**
 * Content of a GITHUB_OUTPUT or GITHUB_ENV file: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`.
 * @throws Error in GitHub's words for anything else
 */
export function parseAssignments(text: string): [string, string][] {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const found: [string, string][] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as string;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      found.push([line.slice(0, equals), line.slice(equals + 1)]);
      continue;
    }
    const delimiter = line.slice(heredoc + 2);
    if (heredoc < 1 || delimiter === "") throw new Error(`Invalid format '${line}'`);
    const end = lines.indexOf(delimiter, index + 1);
    if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
    found.push([line.slice(0, heredoc), lines.slice(index + 1, end).join("\n")]);
    index = end;
  }
  return found;
}

/** Lines of a GITHUB_PATH file, as they go in front of PATH: the last one first. */
export function parsePaths(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .reverse();
}
