/**
 * The GitHub Apps of a stack: links that open GitHub's registration page with the permissions filled in. Pure.
 * Source: GitHub, "Registering a GitHub App using URL parameters". Links for personal tokens have no such parameters:
 * GitHub withdrew their description in May 2026 (github/docs#44419).
 */
import { repositoryName } from "@ghrunners/core/github/repository";
import {
  type CredentialSetting,
  githubPermissions,
  organizationPermissions,
} from "@ghrunners/core/vocabulary/github-permissions";

export interface AppOwner {
  /** Web address of GitHub. */
  readonly url: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Whether the repository's owner is an organization. */
  readonly isOrganization: boolean;
  /** Group of the organization that the runners belong to; undefined: they belong to the repository. */
  readonly runnerGroup?: string | undefined;
}

export interface AppToRegister {
  readonly setting: CredentialSetting;
  /** What the App is for. */
  readonly purpose: string;
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  /** Opens the page that registers it. */
  readonly link: string;
}

/** GitHub's limit for the name of an App. Names are unique on all of GitHub, so the owner is part of them. */
const LONGEST_NAME = 34;

const identities: readonly { readonly setting: CredentialSetting; readonly name: string; readonly purpose: string }[] =
  [
    { setting: "githubToken", name: "runners", purpose: "the program and the commands" },
    { setting: "exporterToken", name: "exporter", purpose: "the fleet exporter, which only reads" },
    { setting: "failoverToken", name: "failover", purpose: "the failover switch" },
  ];

/** The API's permission for variables has another name for an App. The plan belongs to the organization. */
function appPermissions(
  setting: CredentialSetting,
  { isOrganization, runnerGroup }: AppOwner,
): Readonly<Record<string, "read" | "write">> {
  const permissions = Object.entries(githubPermissions[setting]).map(([name, level]) => [
    name === "variables" ? "actions_variables" : name,
    level,
  ]);
  const plan = isOrganization && setting === "githubToken" ? [["organization_plan", "read"]] : [];
  const group = runnerGroup === undefined ? [] : Object.entries(organizationPermissions[setting]);
  return Object.fromEntries([...permissions, ...plan, ...group]) as Readonly<Record<string, "read" | "write">>;
}

/**
 * One App for each credential of a stack.
 * @example appsToRegister({ url: "https://github.com", repository: "octo-org/demo-app", isOrganization: true
 * })[2].setting
 */
export function appsToRegister(appOwner: AppOwner): AppToRegister[] {
  const { url, repository, isOrganization } = appOwner;
  const { owner, repo } = repositoryName(repository);
  const base = url.replace(/\/$/, "");
  const page = isOrganization ? `organizations/${owner}/settings/apps/new` : "settings/apps/new";
  return identities.map(({ setting, name, purpose }) => {
    const permissions = appPermissions(setting, appOwner);
    const ending = `-${name}`;
    const query = new URLSearchParams({
      name: `${`${owner}-${repo}`.slice(0, LONGEST_NAME - ending.length)}${ending}`,
      description: `GitHub Actions runners of ${repository}: ${purpose}`,
      url: `${base}/${repository}`,
      public: "false",
      webhook_active: "false",
      ...permissions,
    });
    return { setting, purpose, permissions, link: `${base}/${page}?${query.toString()}` };
  });
}

/** The links with what comes after them, for a terminal. */
export function appsText(owner: AppOwner): string {
  const apps = appsToRegister(owner);
  return [
    `GitHub Apps for ${owner.repository}, one for each credential. For each of them:`,
    "1. open its link and register it; the permissions are filled in",
    `2. install it on ${owner.repository} only; the number at the end of the installation's address is its id`,
    "3. generate a private key, which GitHub downloads",
    "4. store it with the command below its link, and delete the downloaded file",
    ...apps.flatMap(({ setting, purpose, link }) => [
      "",
      `${setting}: ${purpose}`,
      `  ${link}`,
      `  ghrunners setup github-credential --app-id ID --installation-id ID --key-file FILE.pem | pulumi config set --secret ghrunners:${setting}`,
    ]),
    "",
  ].join("\n");
}
