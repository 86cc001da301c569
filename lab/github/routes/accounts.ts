import { badCredentials, notFound } from "../http/errors";
import type { Identity, Route } from "../http/message";
import { rest } from "../http/rest";
import type { Services } from "../services";
import { accountNamed, organization, privateUser, publicUser, type Account } from "../views/accounts";

/** Users and the owner. An owner of type User is no organization: looking it up as one is a 404, as at GitHub. */
export function accountRoutes({ seed, store }: Services): Route[] {
  const named = (login: string): Account => {
    const account = accountNamed(seed, login);
    if (account === undefined) throw notFound();
    return account;
  };
  return [
    rest("GET /user", "authenticated", ({ identity }) => {
      const account = accountNamed(seed, (identity as Identity).login);
      if (account === undefined) throw badCredentials();
      return { status: 200, body: privateUser(seed, account, store.state.createdAt) };
    }),
    rest("GET /users/{username}", "public", ({ params }) => ({
      status: 200,
      body: publicUser(seed, named(params.username), store.state.createdAt),
    })),
    rest("GET /users/{username}/keys", "public", ({ params }) => {
      named(params.username);
      return { status: 200, body: [] };
    }),
    rest("GET /users/{username}/gpg_keys", "public", ({ params }) => {
      named(params.username);
      return { status: 200, body: [] };
    }),
    rest("GET /orgs/{org}", "public", ({ params }) => {
      const account = named(params.org);
      if (account.type !== "Organization") throw notFound();
      return { status: 200, body: organization(seed, account, store.state.createdAt) };
    }),
  ];
}
