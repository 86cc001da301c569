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

/** What the person at GitHub gets to see of an App before it exists. */
export interface AppForm extends Omit<AppToRegister, "link"> {
  readonly name: string;
  readonly description: string;
  /** The repository's page. */
  readonly homepage: string;
  /** Address of GitHub's form for a new App. */
  readonly form: string;
}

/** One form for each credential of a stack. */
export function appForms(appOwner: AppOwner): AppForm[] {
  const { url, repository, isOrganization } = appOwner;
  const { owner, repo } = repositoryName(repository);
  const base = url.replace(/\/$/, "");
  const page = isOrganization ? `organizations/${owner}/settings/apps/new` : "settings/apps/new";
  return identities.map(({ setting, name, purpose }) => {
    const ending = `-${name}`;
    return {
      setting,
      purpose,
      permissions: appPermissions(setting, appOwner),
      name: `${`${owner}-${repo}`.slice(0, LONGEST_NAME - ending.length)}${ending}`,
      description: `GitHub Actions runners of ${repository}: ${purpose}`,
      homepage: `${base}/${repository}`,
      form: `${base}/${page}`,
    };
  });
}

/**
 * One App for each credential of a stack.
 * @example appsToRegister({ url: "https://github.com", repository: "octo-org/demo-app", isOrganization: true
 * })[2].setting
 */
export function appsToRegister(appOwner: AppOwner): AppToRegister[] {
  return appForms(appOwner).map(({ setting, purpose, permissions, name, description, homepage, form }) => {
    const filled = { name, description, url: homepage, public: "false", webhook_active: "false", ...permissions };
    return { setting, purpose, permissions, link: `${form}?${new URLSearchParams(filled).toString()}` };
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
