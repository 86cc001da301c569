import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const account = z.object({ login: z.string().min(1), id: z.number().int().positive() });
const level = z.enum(["read", "write"]);

/** Permissions of a fine-grained token that the emulator checks. */
export const permissionNames = [
  "metadata",
  "administration",
  "actions",
  "contents",
  "environments",
  "issues",
  // A permission of the account or the organization, not of the repository: without it GitHub does not show the plan.
  "plan",
  // Of the organization as well: its runners and their groups.
  "organization_self_hosted_runners",
  // Of the organization: its policies, among them that of Actions.
  "organization_administration",
  "pull_requests",
  "secrets",
  "variables",
  "workflows",
] as const;

/** Permissions of a fine-grained token on the repository, by GitHub's own permission names. */
export const tokenPermissions = z.partialRecord(z.enum(permissionNames), level);

const seed = z.object({
  owner: account.extend({
    type: z.enum(["User", "Organization"]),
    /**
     * A person has Free or Pro, an organization Free, Team or Enterprise. Default: Pro for a person, Team otherwise.
     */
    plan: z.enum(["free", "pro", "team", "enterprise"]).optional(),
  }),
  /** Further users: owners of tokens, reviewers. */
  users: z.array(account),
  repository: z.object({
    id: z.number().int().positive(),
    name: z.string().min(1),
    private: z.boolean(),
    defaultBranch: z.string().min(1),
  }),
  /** Scheme and host under which clients reach the service; part of every URL that it returns. */
  publicUrl: z.url(),
  /** Folder whose .yml files stand for .github/workflows of the default branch; read at every use. */
  workflowsDir: z.string().min(1),
  /** Folder of further files of the default branch, from its root; laid over .github, and may be missing. */
  filesDir: z.string().min(1).optional(),
  /** Folder of runner distributions with their manifest.json. */
  distributionsDir: z.string().min(1),
  /** Folder of the Pulumi CLI, of which a release of pulumi/pulumi is made. Default: there is no release. */
  pulumiPrograms: z.string().min(1).optional(),
  tokens: z.array(
    z.object({
      /** SHA-256 of the token in hexadecimal; the token itself is never stored. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      login: z.string().min(1),
      /** By which a fault names this one of an account's tokens. */
      name: z.string().min(1).optional(),
      permissions: tokenPermissions,
      /** The token of an App's installation: it has permissions, and no account. */
      installation: z.boolean().optional(),
      /** RFC 3339; without it the token does not expire. */
      expiresAt: z.iso.datetime().optional(),
    }),
  ),
  /** GitHub Apps that are installed on the repository. Default: none. */
  apps: z
    .array(
      z.object({
        id: z.number().int().positive(),
        installationId: z.number().int().positive(),
        slug: z.string().regex(/^[a-z0-9-]+$/),
        /** PEM; GitHub keeps the public half of a key only. */
        publicKey: z.string().startsWith("-----BEGIN PUBLIC KEY-----"),
        permissions: tokenPermissions,
      }),
    )
    .default([]),
  /**
   * Which values of the repository's variables a run sees. GitHub's documentation says when secrets are read and is
   * silent about variables, so everything has to work with both. Default: those of now.
   */
  variablesOfRun: z.enum(["now", "creation"]).optional(),
  /**
   * Version of a GitHub Enterprise Server, which names it in its meta information and has no hosted machine. Default:
   * it is github.com in this.
   */
  enterpriseServer: z.string().min(1).optional(),
  /** PEM file of the authority that signed this service's certificate: jobs of the hosted machine trust it. */
  authority: z.string().min(1).optional(),
  /** Path of the network namespace in which jobs of the hosted machine run. Default: that of this service. */
  hostedNamespace: z.string().startsWith("/").optional(),
  /** A runner is shown offline after this silence. GitHub takes minutes; the lab's default is 10 s. */
  runnerSilenceMilliseconds: z.number().int().positive().default(10_000),
  /**
   * How long the session of a listener that was killed is held: another one is refused with 409. Default: four minutes,
   * after which GitHub's listener gives up. Source: actions/runner, BrokerMessageListener.cs.
   */
  sessionMilliseconds: z.number().int().positive().default(240_000),
  /**
   * Whether requests beyond an account's 5,000 an hour are refused, as at GitHub, or the count restarts; and whether those
   * beyond a secondary limit are, or only counted.
   */
  refusesBeyondLimit: z.boolean().default(false),
});

/** What the GitHub emulator starts with: `seed.json` in its state folder, read again at every start. */
export type GithubSeed = z.input<typeof seed>;
/** The seed with every default filled in. */
export type Seed = z.output<typeof seed>;
export type TokenPermissions = z.output<typeof tokenPermissions>;
export type PermissionName = (typeof permissionNames)[number];
export type PermissionLevel = z.output<typeof level>;

/** @throws Error that lists every wrong entry with its path. */
export function parseSeed(value: unknown): Seed {
  const result = seed.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`seed.json is not usable:\n${z.prettifyError(result.error)}`);
}

/** @throws Error when DIR/seed.json is missing, is no JSON, or is not a seed. */
export function readSeed(stateFolder: string): Seed {
  const file = path.join(stateFolder, "seed.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The GitHub emulator needs ${file}: ${(error as Error).message}. "npm run lab -- up" writes it.`);
  }
  return parseSeed(JSON.parse(text));
}
