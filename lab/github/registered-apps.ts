/**
 * Apps that were registered by a manifest, beside those of the seed. Source: GitHub, "Registering a GitHub App from a
 * manifest".
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { makeAppKey } from "../app-key";
import { timestamp } from "./clock";
import { notFound } from "./http/errors";
import type { StoredApp } from "./model";
import { sha256 } from "./runner-tokens";
import { permissionNames, type Seed, type TokenPermissions } from "./seed";
import type { GitHubStore } from "./store";

const HOUR_MS = 3_600_000;
const LONGEST_NAME = 34;

/** An App that can show a JWT. */
export interface KnownApp extends Omit<Seed["apps"][number], "installationId"> {
  /** Undefined until it is installed. */
  readonly installationId: number | undefined;
}

/** GitHub's names for an App's permissions, where the emulator's own differ. */
const ownNames: Readonly<Record<string, string>> = { actions_variables: "variables", organization_plan: "plan" };
const appPermissionNames = [
  ...permissionNames.filter((name) => !Object.values(ownNames).includes(name)),
  ...Object.keys(ownNames),
];

/** What the emulator takes of a manifest. GitHub wants the hook's `url` also where it is not active: alp82/curia#933. */
export const manifest = z.strictObject({
  name: z.string().min(1).max(LONGEST_NAME),
  url: z.url(),
  description: z.string().optional(),
  hook_attributes: z.strictObject({ url: z.url(), active: z.boolean().optional() }).optional(),
  redirect_url: z.url(),
  public: z.boolean().optional(),
  default_permissions: z.partialRecord(z.enum(appPermissionNames as [string]), z.enum(["read", "write"])),
});
export type Manifest = z.output<typeof manifest>;

/** GitHub's name of an App in addresses. */
const slugOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** Every App that has a key. */
export function knownApps({ apps }: Pick<Seed, "apps">, store: GitHubStore): KnownApp[] {
  const registered = store.state.apps.flatMap(({ id, installationId, slug, publicKey, permissions }) => {
    if (publicKey === undefined) return [];
    const own = Object.entries(permissions).map(([name, level]) => [ownNames[name] ?? name, level]);
    return [{ id, installationId, slug, publicKey, permissions: Object.fromEntries(own) as TokenPermissions }];
  });
  return [...apps, ...registered];
}

/** Apps that the seed or a registration has under this name. */
export const isTaken = ({ apps }: Pick<Seed, "apps">, store: GitHubStore, name: string): boolean =>
  [...apps, ...store.state.apps].some(({ slug }) => slug === slugOf(name));

/** Makes an App without a key. @returns the code that gives out its key, once and for an hour */
export function registerApp(store: GitHubStore, owner: string, wanted: Manifest): string {
  const code = randomBytes(20).toString("hex");
  const { name, url, description = "", default_permissions: permissions } = wanted;
  store.change((state, emit) => {
    const app: StoredApp = {
      id: store.nextId(),
      slug: slugOf(name),
      name,
      owner,
      url,
      description,
      isPublic: wanted.public ?? false,
      // Every App may read metadata.
      permissions: { metadata: "read", ...permissions },
      createdAt: store.now(),
      code: { sha256: sha256(code), expiresAt: timestamp(store.clock.now() + HOUR_MS) },
    };
    state.apps.push(app);
    emit("app-registered", { slug: app.slug });
  });
  return code;
}

/** Makes the key of the App with this code, which then is used. @throws GitHubApiError 404 */
export function convertCode(
  store: GitHubStore,
  code: string,
): { readonly app: StoredApp; readonly privateKey: string } {
  const hash = sha256(code);
  const key = makeAppKey();
  return store.change((state) => {
    const app = state.apps.find((one) => one.code?.sha256 === hash);
    if (app?.code === undefined || Date.parse(app.code.expiresAt) <= store.clock.now()) throw notFound();
    delete app.code;
    app.publicKey = key.publicKey;
    return { app: { ...app }, privateKey: key.privateKey };
  });
}

/** Installs the App on the repository, as its owner does on GitHub's page. @throws GitHubApiError 404 for a private App of another account */
export function installApp(store: GitHubStore, repositoryOwner: string, slug: string): void {
  store.change((state, emit) => {
    const app = state.apps.find((one) => one.slug === slug);
    if (app === undefined || (!app.isPublic && app.owner !== repositoryOwner)) throw notFound();
    app.installationId ??= store.nextId();
    emit("app-installed", { slug });
  });
}
