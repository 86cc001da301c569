/**
 * The protection of a GitHub environment: who approves a deployment, how long it waits, and from which branches and
 * tags it comes. The configuration, the fleet exporter and what GitHub shows all use this one type, reader and
 * comparison. Pure.
 */
import * as z from "zod";

/** GitHub's own limits: at most 6 reviewers, 30 days of waiting. */
export const MAXIMUM_REVIEWERS = 6;
export const MAXIMUM_WAIT_MINUTES = 43_200;

/** Settings as the fleet exporter gets them; config/deployment.ts checks what users write and gives the defaults. */
export const protection = z.strictObject({
  /** Logins of users, or slugs of teams, in any order. */
  reviewers: z.array(z.string()),
  /** Wait timer of the environment: time before each deployment, minutes. */
  waitMinutes: z.int().min(0),
  /** The person who started a deployment may not approve it. */
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

/** The protection as part of a larger group of settings. */
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
  /** GitHub's account numbers of the reviewers, by login or slug. */
  readonly reviewerIds: Readonly<Record<string, number>>;
  /** False: every ref, or every protected branch, may deploy; then there are no policies. */
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

/** A page of the list of policies. A server that knows only branch policies shows no type. */
export const toBranchPolicies = ({ branch_policies }: RawBranchPolicies): BranchPolicy[] =>
  branch_policies.map(({ id = 0, name = "", type }) => ({ id, name, type: type === "tag" ? "tag" : "branch" }));

/**
 * @param policies the environment's branch policies; ignored as left over unless the environment uses custom policies
 */
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
 * The settings in which GitHub's protection differs from the wanted one, the most serious first.
 *
 * As at GitHub, logins compare without case and patterns of refs with it. GitHub stores the self-review setting with
 * the reviewers: if no reviewers are wanted there is nothing to prevent, and if all were removed only the reviewers are
 * reported. With neither reviewers nor a pause there is nothing to bypass: a private repository without GitHub
 * Enterprise then keeps GitHub's default.
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
