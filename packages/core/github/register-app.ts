/**
 * GitHub's side of the App manifest flow: whose page registers the App, the key for a code, and the installation. Source: GitHub,
 * "Registering a GitHub App from a manifest" and "Get a repository installation for the authenticated app".
 */
import { unlessMissing } from "./errors";
import { openOctokit } from "./octokit";
import { repositoryName, type Repository } from "./repository";

/** An App that exists at GitHub and may not be installed yet. */
export interface RegisteredApp {
  readonly appId: number;
  /** Its name in addresses. */
  readonly slug: string;
  /** Its page at GitHub; below it is the page that installs it. */
  readonly page: string;
  /** PEM, RSA. GitHub shows it this once. */
  readonly privateKey: string;
}

/** What both functions need. */
export interface RegistrationAccess {
  readonly repository: Repository;
  /** Default: the one of Node. */
  readonly fetch?: typeof fetch;
}

function open({ repository, fetch }: RegistrationAccess, token: string): ReturnType<typeof openOctokit> {
  return openOctokit({ url: repository.url, token, ...(fetch === undefined ? {} : { fetch }) });
}

/**
 * Exchanges the code of a registration for the App and its private key. It takes no credential: the code is one, works
 * once, and ends after an hour.
 * @returns undefined if GitHub does not know the code, because it was used or is older than an hour
 * @throws GitHub's other refusals
 */
export async function convertManifestCode(
  access: RegistrationAccess,
  code: string,
): Promise<RegisteredApp | undefined> {
  const answer = await unlessMissing(open(access, "").rest.apps.createFromManifest({ code }));
  if (answer === undefined) return undefined;
  const { id, slug = "", html_url: page, pem: privateKey } = answer.data;
  return { appId: id, slug, page, privateKey };
}

/**
 * The number of the App's installation on the repository; undefined while there is none.
 * @throws GitHub's other refusals
 */
export async function findInstallation(
  access: RegistrationAccess,
  { appId, privateKey }: Pick<RegisteredApp, "appId" | "privateKey">,
): Promise<number | undefined> {
  const { createAppAuth } = require("@octokit/auth-app") as typeof import("@octokit/auth-app");
  const { token } = await createAppAuth({ appId, privateKey })({ type: "app" });
  const name = repositoryName(access.repository.fullName);
  const answer = await unlessMissing(open(access, token).rest.apps.getRepoInstallation(name));
  return answer?.data.id;
}

/**
 * Whether the repository's owner is an organization, whose Apps are registered on other pages than a person's. Asked
 * without a credential, because there is none yet. Source: GitHub, "Get a user", which is public.
 * @throws GitHub's refusals; a GitHub Enterprise Server in private mode answers 401
 */
export async function isOrganizations(access: RegistrationAccess): Promise<boolean> {
  const { owner: username } = repositoryName(access.repository.fullName);
  const { data } = await open(access, "").rest.users.getByUsername({ username });
  return data.type === "Organization";
}
