/** REST base address: github.com has a host of its own, an Enterprise Server a path. */
export function apiBase(url: string): string {
  const clean = url.replace(/\/+$/, "");
  return clean === "https://github.com" ? "https://api.github.com" : `${clean}/api/v3`;
}
