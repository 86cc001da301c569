import type { components } from "@octokit/openapi-types";
import type { StoredApp } from "../model";
import type { KnownApp } from "../registered-apps";
import type { Seed } from "../seed";
import { apiUrl, nodeId, simpleUser, simpleUserNamed } from "./accounts";

/** An App as its owner sees it. */
export const integrationView = (
  seed: Seed,
  { id, slug, name, owner, description, url, permissions, createdAt }: StoredApp,
): NonNullable<components["schemas"]["integration"]> => ({
  id,
  slug,
  node_id: nodeId("Integration", id),
  owner: simpleUserNamed(seed, owner),
  name,
  description,
  external_url: url,
  html_url: `${seed.publicUrl}/apps/${slug}`,
  created_at: createdAt,
  updated_at: createdAt,
  permissions: { ...permissions },
  events: [],
});

/** An App's installation on the repository. */
export const installationView = (
  seed: Seed,
  { id: appId, slug, permissions }: KnownApp,
  id: number,
  createdAt: string,
): components["schemas"]["installation"] => ({
  id,
  account: simpleUser(seed, seed.owner),
  repository_selection: "selected",
  access_tokens_url: `${apiUrl(seed)}/app/installations/${id}/access_tokens`,
  repositories_url: `${apiUrl(seed)}/installation/repositories`,
  html_url: `${seed.publicUrl}/settings/installations/${id}`,
  app_id: appId,
  target_id: seed.owner.id,
  target_type: seed.owner.type,
  permissions: { ...permissions } as components["schemas"]["app-permissions"],
  events: [],
  created_at: createdAt,
  updated_at: createdAt,
  single_file_name: null,
  app_slug: slug,
  suspended_by: null,
  suspended_at: null,
});
