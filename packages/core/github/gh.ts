/** GitHub's own command-line program, as messages name it. Pure. */

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
