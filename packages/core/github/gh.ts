/** GitHub's own command-line program, as messages name it. Pure. */
import { quote } from "../ssh/render-script";
import type { Repository } from "./repository";

/**
 * How `gh` is called for this GitHub. By itself it takes github.com, whatever repository follows. Source: its manual,
 * "gh environment".
 * @param url of GitHub, as the stack's settings have it
 * @example gh("https://github.com") // "gh"
 * @example gh("https://github.example.com/") // "GH_HOST=github.example.com gh"
 */
export function gh(url: string): string {
  const { host } = new URL(url);
  return host === "github.com" ? "gh" : `GH_HOST=${host} gh`;
}

/**
 * The command that sets a variable of a repository, from any folder.
 * @example setVariable({ url: "https://github.com", fullName: "o/r" }, "A", "b") // "gh variable set A --repo o/r --body 'b'"
 */
export const setVariable = (
  { url, fullName }: Pick<Repository, "url" | "fullName">,
  name: string,
  value: string,
): string => `${gh(url)} variable set ${name} --repo ${fullName} --body ${quote(value)}`;
