import type { components } from "@octokit/openapi-types";
import type { BillingPlan } from "../plan";
import type { Seed } from "../seed";

export type SimpleUser = components["schemas"]["simple-user"];
export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: "User" | "Organization" | "Bot";
}

/** GitHub's opaque id: the kind and number in base64. */
export const nodeId = (kind: string, id: number): string => Buffer.from(`0:${kind}${id}`).toString("base64url");

export const apiUrl = (seed: Pick<Seed, "publicUrl">): string => `${seed.publicUrl}/api/v3`;

/** All accounts of the emulator: the owner, the users, and the account that workflows use. */
export function accounts(seed: Seed): Account[] {
  return [
    seed.owner,
    ...seed.users.filter(({ id }) => id !== seed.owner.id).map((user) => ({ ...user, type: "User" as const })),
    { login: "github-actions[bot]", id: 41_898_282, type: "Bot" },
  ];
}

export function accountNamed(seed: Seed, login: string): Account | undefined {
  return accounts(seed).find((account) => account.login.toLowerCase() === login.toLowerCase());
}

export function simpleUser(seed: Seed, { login, id, type }: Account): SimpleUser {
  const url = `${apiUrl(seed)}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `${seed.publicUrl}/avatars/u/${id}`,
    gravatar_id: "",
    url,
    html_url: `${seed.publicUrl}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

type AccountPlan = NonNullable<components["schemas"]["public-user"]["plan"]>;

/** The owner's plan, where it may be seen; of others the lab knows none. */
const planView = (seed: Seed, account: Account, plan: BillingPlan | undefined): { plan?: AccountPlan } =>
  account.id === seed.owner.id && plan !== undefined
    ? { plan: { name: plan, space: 976_562_499, private_repos: 10_000, collaborators: 0 } }
    : {};

/** The account, or a placeholder for one that is no longer known. */
export const simpleUserNamed = (seed: Seed, login: string): SimpleUser =>
  simpleUser(seed, accountNamed(seed, login) ?? { login: "ghost", id: 10_137, type: "User" });

export function publicUser(
  seed: Seed,
  account: Account,
  createdAt: string,
  plan: BillingPlan | undefined,
): components["schemas"]["public-user"] {
  return {
    ...simpleUser(seed, account),
    name: account.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: createdAt,
    updated_at: createdAt,
    ...planView(seed, account, plan),
  };
}

export function privateUser(
  seed: Seed,
  account: Account,
  createdAt: string,
  plan: BillingPlan | undefined,
): components["schemas"]["private-user"] {
  return {
    ...publicUser(seed, account, createdAt, plan),
    private_gists: 0,
    total_private_repos: 1,
    owned_private_repos: 1,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

export function organization(
  seed: Seed,
  { login, id }: Account,
  createdAt: string,
  plan: BillingPlan | undefined,
): components["schemas"]["organization-full"] {
  const url = `${apiUrl(seed)}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId("Organization", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${seed.publicUrl}/avatars/u/${id}`,
    html_url: `${seed.publicUrl}/${login}`,
    description: null,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: "Organization",
    created_at: createdAt,
    updated_at: createdAt,
    archived_at: null,
    ...(plan === undefined ? {} : { plan: { name: plan, space: 976_562_499, private_repos: 999_999 } }),
  };
}
