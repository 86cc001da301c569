/**
 * Scripts for hosts: parameters as quoted assignments, followed by the script, all on standard input.
 */

/** A value as one word of POSIX shell. NUL cannot be in a shell variable, so it is refused. */
export function quote(value: string): string {
  if (value.includes("\0")) throw new Error("A NUL byte cannot be passed to a shell.");
  return `'${value.replace(/'/g, `'\\''`)}'`;
}

/**
 * The script with its parameters in front.
 *
 * @param parameters names in capitals with underscores; values are any text, passed to bash byte by byte
 * @throws Error if a name is not a valid variable name
 */
export function renderScript(script: string, parameters: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(parameters).map(([name, value]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name))
      throw new Error(`"${name}" is not a parameter name: expected capitals, digits and _.`);
    return `${name}=${quote(value)}`;
  });
  return [...assignments, script].join("\n");
}

/** The parameters of a script that {@link renderScript} rendered. */
export function scriptParameters(rendered: string): Record<string, string> {
  const assignment = /([A-Z][A-Z0-9_]*)='([^']*(?:'\\''[^']*)*)'\n/y;
  const parameters: Record<string, string> = {};
  for (let found = assignment.exec(rendered); found !== null; found = assignment.exec(rendered)) {
    const [, name = "", value = ""] = found;
    parameters[name] = value.replace(/'\\''/g, "'");
  }
  return parameters;
}
