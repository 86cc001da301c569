import type { paths } from "@octokit/openapi-types";
import type { Method } from "../../kit/router";
import type { RouteAccess, ApiRequest, GitHubReply, GitHubRoute } from "./message";

/** `GET /repos/{owner}/{repo}` and every other operation of GitHub's OpenAPI description. */
export type OperationName = {
  [Path in keyof paths]: { [Verb in keyof paths[Path] & string]: `${Uppercase<Verb>} ${Path}` }[keyof paths[Path] &
    string];
}[keyof paths];

type Operation<Name> = Name extends `${infer Verb} ${infer Path}`
  ? Path extends keyof paths
    ? Lowercase<Verb> extends keyof paths[Path]
      ? paths[Path][Lowercase<Verb>]
      : never
    : never
  : never;

type Responses<Name> = Operation<Name> extends { responses: infer R } ? R : never;
type BodyOf<Response> = Response extends { content: { "application/json": infer Body } } ? Body : undefined;

/** The replies that GitHub's description allows for the operation. */
export type ReplyOf<Name> = {
  [Status in keyof Responses<Name> & number]: GitHubReply<Status, BodyOf<Responses<Name>[Status]>>;
}[keyof Responses<Name> & number];

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;
export type ParamsOf<Name extends string> = Readonly<Record<ParamNames<Name>, string>>;
export type Handler<Name extends string> = (
  request: ApiRequest<ParamsOf<Name>>,
) => ReplyOf<Name> | Promise<ReplyOf<Name>>;

/**
 * A route of GitHub's REST API. The handler's replies are checked by the compiler against GitHub's description.
 * @param name as in GitHub's documentation: `GET /repos/{owner}/{repo}`
 */
export function rest<Name extends OperationName, Handle extends Handler<Name>>(
  name: Name,
  access: RouteAccess,
  handle: Handle,
): GitHubRoute {
  return undescribed(name, access, handle);
}

/** A REST route that GitHub serves, but that its OpenAPI description lacks. */
export function undescribed(name: string, access: RouteAccess, handle: GitHubRoute["handle"]): GitHubRoute {
  const [method, path] = name.split(" ") as [Method, string];
  return { method, path, base: "/api/v3", access, handle };
}

/** The same route under `/repositories/{repository_id}`, as the Terraform provider calls environment secrets. */
export function alsoById(routes: readonly GitHubRoute[]): GitHubRoute[] {
  const byId = routes.map((route) => ({
    ...route,
    path: route.path.replace("/repos/{owner}/{repo}", "/repositories/{repository_id}"),
  }));
  return [...routes, ...byId];
}
