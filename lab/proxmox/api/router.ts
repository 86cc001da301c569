import findMyWay from "find-my-way";
import type { Route } from "./route";

export interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request by its path as it was sent. Segments are decoded after they were split, so an escaped slash
 * stays in its segment; one slash at the end does not matter.
 * @throws Error when two routes have the same method and path
 */
export function createRouter(routes: readonly Route[]): (method: string, rawPath: string) => Match | undefined {
  const table = findMyWay({ caseSensitive: true, ignoreTrailingSlash: true, maxParamLength: 1000 });
  for (const route of routes) {
    table.on(route.method, route.path.replace(/\{(\w+)\}/g, ":$1"), () => undefined, route);
  }
  return (method, rawPath) => {
    const found = table.find(method as Route["method"], rawPath);
    return found === null ? undefined : { route: found.store as Route, path: found.params as Record<string, string> };
  };
}
