import { GitHubClient } from "@ghrunners/core/github/client";
import { worker } from "../inside";

/** Tokens whose logins are asked for; arrive on standard input. */
export interface IdentifyInput {
  readonly url: string;
  readonly repository: string;
  readonly tokens: readonly string[];
}

worker(({ url, repository, tokens }: IdentifyInput) =>
  Promise.all(
    tokens.map(async (token) => {
      const client = await GitHubClient.open({ url, fullName: repository }, token);
      return (await client.call("read the token's account", ({ rest }) => rest.users.getAuthenticated())).login;
    }),
  ),
);
