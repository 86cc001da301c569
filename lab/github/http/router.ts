import findMyWay from "find-my-way";
import type { Method, Route } from "./message";

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Splits the path as it was sent and decodes after, so `%2F` in a name stays in it. */
export type Router = (method: string, rawPath: string) => Match | "method-not-allowed" | undefined;

const methods: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** `{name}` is a parameter; a last `{path}` takes the rest. */
const pattern = (path: string): string => path.replace(/\/\{path\}$/, "/*").replace(/\{(\w+)\}/g, ":$1");

/** @throws Error when two routes have the same method and path */
export function createRouter(routes: readonly Route[]): Router {
  const table = findMyWay({ caseSensitive: true, ignoreTrailingSlash: true, maxParamLength: 1000 });
  for (const route of routes) {
    const full = route.base === "/" ? route.path : `${route.base}${route.path}`;
    table.on(route.method, pattern(full), () => undefined, route);
  }
  return (method, rawPath) => {
    const found = methods.includes(method as Method) ? table.find(method as Method, rawPath) : null;
    if (found !== null) {
      const { "*": rest, ...params } = found.params as Record<string, string>;
      return { route: found.store as Route, params: rest === undefined ? params : { ...params, path: rest } };
    }
    return methods.some((other) => table.find(other, rawPath) !== null) ? "method-not-allowed" : undefined;
  };
}
