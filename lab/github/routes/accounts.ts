import { GitHubApiError, badCredentials, notFound } from "../http/errors";
import type { Requester, GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest } from "../http/rest";
import { visiblePlan } from "../plan";
import type { Services } from "../services";
import {
  accountNamed,
  accounts,
  organization,
  privateUser,
  publicUser,
  simpleUser,
  type Account,
} from "../views/accounts";

/** Users and the owner. An owner of type User is no organization: looking it up as one is a 404, as at GitHub. */
export function accountRoutes(services: Services): GitHubRoute[] {
  const { seed, store } = services;
  const named = (login: string): Account => {
    const account = accountNamed(seed, login);
    if (account === undefined) throw notFound();
    return account;
  };
  /** An organization is no collaborator of its repositories; its owners are, and the lab knows none by name. */
  const people = (): Account[] => accounts(seed).filter(({ type }) => type === "User");
  return [
    rest("GET /user", "authenticated", ({ identity }) => {
      const { login, isInstallation } = identity as Requester;
      if (isInstallation) throw new GitHubApiError(403, "Resource not accessible by integration");
      const account = accountNamed(seed, login);
      if (account === undefined) throw badCredentials();
      return { status: 200, body: privateUser(seed, account, store.state.createdAt, visiblePlan(services, identity)) };
    }),
    rest("GET /users/{username}", "public", ({ params, identity }) => ({
      status: 200,
      body: publicUser(seed, named(params.username), store.state.createdAt, visiblePlan(services, identity)),
    })),
    rest("GET /users/{username}/keys", "public", ({ params }) => {
      named(params.username);
      return { status: 200, body: [] };
    }),
    rest("GET /users/{username}/gpg_keys", "public", ({ params }) => {
      named(params.username);
      return { status: 200, body: [] };
    }),
    rest("GET /orgs/{org}", "public", ({ params, identity }) => {
      const account = named(params.org);
      if (account.type !== "Organization") throw notFound();
      return { status: 200, body: organization(seed, account, store.state.createdAt, visiblePlan(services, identity)) };
    }),
    // Every account of the lab is a collaborator of its only repository.
    rest("GET /repos/{owner}/{repo}/collaborators", ["metadata:read"], (request) => {
      const page = paginate(people(), request, seed.publicUrl);
      const body = page.items.map((account) => ({
        ...simpleUser(seed, account),
        role_name: account.id === seed.owner.id ? "admin" : "write",
      }));
      return { status: 200, headers: page.headers, body };
    }),
    rest("GET /repos/{owner}/{repo}/collaborators/{username}/permission", ["metadata:read"], ({ params }) => {
      const account = named(params.username);
      const permission = account.id === seed.owner.id ? "admin" : "write";
      const user = { ...simpleUser(seed, account), role_name: permission };
      return { status: 200, body: { permission, role_name: permission, user } };
    }),
  ];
}
