/**
 * The protection of a GitHub environment: who approves a deployment, how long it waits, and from which branches and tags it
 * comes. The configuration says it, the fleet exporter is told it, GitHub shows it; this is its one type, reader and
 * comparer. Pure.
 */
import * as z from "zod";

/** Bounds are GitHub's own: at most 6 reviewers, 30 days of waiting. */
export const MAXIMUM_REVIEWERS = 6;
export const MAXIMUM_WAIT_MINUTES = 43_200;

/** What the fleet exporter is told; config/deployment.ts checks what people write and gives the defaults. */
export const protection = z.strictObject({
  /** Logins, or slugs of teams, in any order. */
  reviewers: z.array(z.string()),
  /** Pause before each deployment. */
  waitMinutes: z.int().min(0),
  /** Whoever started a deployment may not approve it. */
  preventSelfReview: z.boolean(),
  /** Administrators may skip reviewers and the pause. */
  adminsCanBypass: z.boolean(),
  /** Patterns of branches that may deploy. */
  branches: z.array(z.string()),
  /** Patterns of tags that may deploy. */
  tags: z.array(z.string()),
});

/** Protection of an environment: as configured, or as GitHub shows it. */
export type Protection = Readonly<z.output<typeof protection>>;

/** Its part of a larger group of settings. */
export const protectionOf = (settings: Protection): Protection => ({
  reviewers: settings.reviewers,
  waitMinutes: settings.waitMinutes,
  preventSelfReview: settings.preventSelfReview,
  adminsCanBypass: settings.adminsCanBypass,
  branches: settings.branches,
  tags: settings.tags,
});

/** A pattern of refs that may deploy, as GitHub keeps it. */
export interface BranchPolicy {
  readonly id: number;
  readonly name: string;
  readonly type: "branch" | "tag";
}

/** An environment as GitHub shows it. */
export interface EnvironmentSeen extends Protection {
  /** GitHub's numbers of the reviewers, by login or slug. */
  readonly reviewerIds: Readonly<Record<string, number>>;
  /** False: every ref may deploy, or every protected branch; then there are no policies. */
  readonly customPolicies: boolean;
  readonly policies: readonly BranchPolicy[];
}

/** GitHub's answer. It sends `can_admins_bypass`; its published description leaves it out. */
export interface RawEnvironment {
  readonly can_admins_bypass?: boolean;
  readonly protection_rules?: readonly {
    readonly type: string;
    readonly wait_timer?: number;
    readonly prevent_self_review?: boolean;
    readonly reviewers?: readonly {
      readonly reviewer?: { readonly id?: number; readonly login?: string; readonly slug?: string };
    }[];
  }[];
  readonly deployment_branch_policy: { readonly custom_branch_policies: boolean } | null;
}

export interface RawBranchPolicies {
  readonly branch_policies: readonly { readonly id?: number; readonly name?: string; readonly type?: string }[];
}

export const hasCustomPolicies = ({ deployment_branch_policy: policy }: RawEnvironment): boolean =>
  policy?.custom_branch_policies === true;

/** A page of the list of policies; GitHub shows no type on servers that know branches only. */
export const toBranchPolicies = ({ branch_policies }: RawBranchPolicies): BranchPolicy[] =>
  branch_policies.map(({ id = 0, name = "", type }) => ({ id, name, type: type === "tag" ? "tag" : "branch" }));

/** @param policies of an environment with custom branch policies; of another one they are left over and do not count */
export function toEnvironment(raw: RawEnvironment, policies: readonly BranchPolicy[]): EnvironmentSeen {
  const rules = raw.protection_rules ?? [];
  const review = rules.find(({ type }) => type === "required_reviewers");
  const reviewers = (review?.reviewers ?? []).flatMap(({ reviewer: { id = 0, login, slug } = {} }) => {
    const name = login ?? slug;
    return name === undefined ? [] : [[name, id] as const];
  });
  const customPolicies = hasCustomPolicies(raw);
  const inForce = customPolicies ? policies : [];
  const named = (kind: BranchPolicy["type"]): string[] =>
    inForce.filter(({ type }) => type === kind).map(({ name }) => name);
  return {
    reviewers: reviewers.map(([name]) => name),
    reviewerIds: Object.fromEntries(reviewers),
    waitMinutes: rules.find(({ type }) => type === "wait_timer")?.wait_timer ?? 0,
    preventSelfReview: review?.prevent_self_review ?? false,
    adminsCanBypass: raw.can_admins_bypass ?? true,
    customPolicies,
    policies: inForce,
    branches: named("branch"),
    tags: named("tag"),
  };
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a)].sort().join("\n") === [...new Set(b)].sort().join("\n");
const folded = (logins: readonly string[]): string[] => logins.map((login) => login.toLowerCase());

/**
 * The settings in which GitHub's protection is not the wanted one, the gravest first.
 *
 * Logins compare without case, patterns of refs with it, as GitHub does. GitHub keeps self-review beside the reviewers:
 * where none are wanted there is nothing to prevent, and where all were taken away the reviewers alone differ. With
 * neither reviewers nor a pause there is nothing to bypass: a private repository without GitHub Enterprise keeps GitHub's
 * default then.
 */
export function protectionDifferences(wanted: Protection, seen: Protection): (keyof Protection)[] {
  const differs: Record<keyof Protection, boolean> = {
    reviewers: !sameNames(folded(wanted.reviewers), folded(seen.reviewers)),
    preventSelfReview:
      wanted.reviewers.length > 0 && seen.reviewers.length > 0 && wanted.preventSelfReview !== seen.preventSelfReview,
    adminsCanBypass:
      (wanted.reviewers.length > 0 || wanted.waitMinutes > 0) && wanted.adminsCanBypass !== seen.adminsCanBypass,
    waitMinutes: wanted.waitMinutes !== seen.waitMinutes,
    branches: !sameNames(wanted.branches, seen.branches),
    tags: !sameNames(wanted.tags, seen.tags),
  };
  return (Object.keys(differs) as (keyof Protection)[]).filter((setting) => differs[setting]);
}
