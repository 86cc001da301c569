import findMyWay from "find-my-way";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Match<Route> {
  readonly route: Route;
  /** Decoded segments of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request by its path as it was sent. Neither API distinguishes a wrong method from a wrong path.
 */
export type Router<Route> = (method: string, rawPath: string) => Match<Route> | undefined;

const methods: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** `{name}` is a parameter; a last `{path}` takes the rest. */
const pattern = (path: string): string => path.replace(/\/\{path\}$/, "/*").replace(/\{(\w+)\}/g, ":$1");

/**
 * A router for the emulators. Segments are decoded after they were split, so `%2F` in a name stays in it; one slash at
 * the end does not matter. Why not Hono or Fastify: the emulators need what a framework hides: the status text that
 * Proxmox VE sends its messages in, connections that are closed without an answer, and each vendor's refusal of a body.
 * @param pathOf the route's whole path
 * @throws Error when two routes have the same method and path
 */
export function createRouter<Route extends { readonly method: Method }>(
  routes: readonly Route[],
  pathOf: (route: Route) => string,
): Router<Route> {
  const table = findMyWay({ caseSensitive: true, ignoreTrailingSlash: true, maxParamLength: 1000 });
  for (const route of routes) table.on(route.method, pattern(pathOf(route)), () => undefined, route);
  return (method, rawPath) => {
    const found = methods.includes(method as Method) ? table.find(method as Method, rawPath) : null;
    if (found === null) return undefined;
    const { "*": rest, ...params } = found.params as Record<string, string>;
    return { route: found.store as Route, params: rest === undefined ? params : { ...params, path: rest } };
  };
}
