/**
 * Scripts for hosts: parameters as quoted assignments, followed by the script, all on standard input.
 */

/** A value as one word of POSIX shell. NUL cannot be in a shell variable, so it is refused. */
export function quote(value: string): string {
  if (value.includes("\0")) throw new Error("A NUL byte cannot be passed to a shell.");
  return `'${value.replace(/'/g, `'\\''`)}'`;
}

/** What every script for a host may call. Bash. */
const FUNCTIONS = `# Error messages go to the standard error of the script's starter.
die() {
  echo "$*" >&2
  exit 1
}

# A write failed: says what is left of the file system. One without free inodes is full too, whatever its free bytes.
no_space() { # file
  local bytes inodes mount
  rm -f "$1.new"
  read -r bytes inodes mount < <({ df -h --output=avail,iavail,target "$(dirname "$1")" 2>/dev/null || df -h --output=avail,iavail,target /; } | tail -n 1)
  die "$1 on $(hostname) could not be written. Seen on $mount: $bytes bytes and $inodes inodes free. Expected some of both." \\
    "The file of before is untouched. Next: free space on that host (df -h, df -i), then pulumi up"
}

# Writes a file, ending in a newline, only if its content differs: a second run changes nothing. Says so in \`changed\`.
put() { # path mode content
  if [[ ! -f $1 || $(<"$1") != "\${3%$'\\n'}" ]]; then
    install -D -m "$2" /dev/null "$1.new" || no_space "$1"
    printf '%s\\n' "\${3%$'\\n'}" >"$1.new" || no_space "$1"
    mv -f "$1.new" "$1"
    changed=true
  fi
  chmod "$2" "$1"
}
`;

/**
 * The script with its parameters and the functions `die`, `no_space` and `put` in front.
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
  return [...assignments, FUNCTIONS, script].join("\n");
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
