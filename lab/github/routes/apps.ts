import { z } from "zod";
import { appOf, issueInstallationToken } from "../app-tokens";
import { parseBody } from "../http/body";
import { notModelled } from "../http/errors";
import type { GitHubRoute } from "../http/message";
import { rest } from "../http/rest";
import { knownApps } from "../registered-apps";
import { tokenPermissions } from "../seed";
import type { Services } from "../services";

const request = z.object({
  permissions: tokenPermissions.optional(),
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
});

/** Tokens of an App's installation. Every App of the lab is installed on its only repository. */
export function appRoutes({ seed, store }: Services): GitHubRoute[] {
  return [
    rest("POST /app/installations/{installation_id}/access_tokens", "own", ({ headers, params, body }) => {
      const app = appOf(headers.authorization, knownApps(seed, store), store.clock.now());
      const asked = parseBody(request, body ?? {});
      if (asked.repositories !== undefined || asked.repository_ids !== undefined)
        throw notModelled("A token for a part of an installation's repositories");
      const issued = issueInstallationToken(store, app, params.installation_id, asked.permissions);
      // GitHub knows the permission `workflows` for writing only.
      const { workflows, ...others } = issued.permissions;
      const permissions = workflows === "write" ? { ...others, workflows } : others;
      return {
        status: 201,
        body: {
          token: issued.token,
          expires_at: issued.expiresAt,
          permissions,
          repository_selection: "selected",
        },
      };
    }),
  ];
}
