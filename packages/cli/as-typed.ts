/** Commands in messages, as the person who reads them can type them. */

/** What of the environment says how this command was started. */
interface NpmVariables {
  readonly npm_command?: string;
  readonly npm_lifecycle_script?: string;
}

/**
 * Whether npx started this command, so that its shell has no `ghrunners`. Under `npx mocha` and the like the variables
 * are another program's. Source: npm, libnpmexec/lib/run-script.js and @npmcli/run-script/lib/set-path.js.
 */
const isByNpx = ({ npm_command: command, npm_lifecycle_script: script = "" }: NpmVariables): boolean =>
  command === "exec" && /^['"]?ghrunners\b/.test(script);

/**
 * Puts `npx` before the commands of ghrunners in a text where npx started this one. Pure.
 * @param commands names of the first words after `ghrunners`
 * @example asTyped("Next: ghrunners gate", ["gate"], { npm_command: "exec", npm_lifecycle_script: "'ghrunners'" })
 *   // "Next: npx ghrunners gate"
 */
export function asTyped(text: string, commands: readonly string[], env: NpmVariables): string {
  if (!isByNpx(env)) return text;
  return text.replace(new RegExp(`(?<![-\\w/.]|npx )ghrunners (?=(${commands.join("|")})(?![-\\w]))`, "g"), "npx $&");
}
