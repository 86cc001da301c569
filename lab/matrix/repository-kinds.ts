/** Repositories by visibility, owner and the owner's plan. Data, and the seeds of an emulated GitHub that is so. */
import type { GithubSeed } from "../github/seed";

/** One of {@link repositoryKinds}. */
export interface KindOfRepository {
  readonly type: "User" | "Organization";
  readonly plan: "free" | "pro" | "team" | "enterprise";
  readonly private: boolean;
}

/** In the order of the table in docs/reference/repository.md. */
export const repositoryKinds = {
  public: { type: "User", plan: "free", private: false },
  "private, of a person or an organization on Free": { type: "User", plan: "free", private: true },
  "private, of a person on Pro": { type: "User", plan: "pro", private: true },
  "private, of an organization on Team": { type: "Organization", plan: "team", private: true },
  "private, of an organization on Enterprise": { type: "Organization", plan: "enterprise", private: true },
} as const satisfies Readonly<Record<string, KindOfRepository>>;

export type KindName = keyof typeof repositoryKinds;

/** The same GitHub with a repository of this kind. */
export const ofKind = (usual: GithubSeed, { type, plan, private: isPrivate }: KindOfRepository): GithubSeed => ({
  ...usual,
  owner: { ...usual.owner, type, plan },
  repository: { ...usual.repository, private: isPrivate },
});
