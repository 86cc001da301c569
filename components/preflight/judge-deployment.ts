/**
 * Judges what was seen at GitHub for the deployment environment and the repository's rules. Pure.
 */
import { describeKind, type Offer, offerOf, type RepositoryKind } from "@ghrunners/core/github/repository-kind";
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import type { ActionsPolicySeen } from "./actions-policy";
import type { DeploymentInputs } from "./args";
import type { GateMachine } from "./gate-machine";
import type { PreflightProblem, Answer } from "./observation";

export interface DeploymentObservation {
  /** Owner, visibility and plan. */
  readonly kind: Answer<RepositoryKind>;
  /** Logins of those who may write to the repository; undefined if the token may not list them. */
  readonly writers: readonly string[] | undefined;
  /** For each reviewer, in order, whether the account may read the repository. */
  readonly reviewers: readonly Answer<boolean>[];
  /** Permissions of the token that only this part needs. */
  readonly permissions: readonly Answer<true>[];
  /** At an Enterprise Server, where the runner gate runs; absent: not asked, because no environment is managed. */
  readonly gate?: Answer<GateMachine | undefined> | undefined;
  /** Absent: the repository could not be read. */
  readonly policy?: ActionsPolicySeen;
}

/** A feature that the configuration uses and that not every kind of repository has. */
interface Demand {
  readonly feature: keyof Offer;
  readonly setting: string;
  /** Description of the missing feature, for the message. */
  readonly lacks: string;
  readonly expected: string;
  readonly next: string;
}

function demandsOf({ environment, rules }: DeploymentInputs): Demand[] {
  const waits = environment !== undefined && (environment.reviewers.length > 0 || environment.waitMinutes > 0);
  const setting = environment?.reviewers.length === 0 ? "deployment.waitMinutes" : "deployment.reviewers";
  const enterprise = "GitHub Enterprise or a public repository";
  const paid = "GitHub Pro, Team or Enterprise";
  return [
    ...(waits
      ? [
          {
            feature: "reviewers" as const,
            setting,
            lacks: "neither reviewers nor waiting for deployments",
            expected: enterprise,
            next:
              `pulumi config rm --path 'ghrunners:${setting}' (production then also needs ` +
              `safety.allowUnreviewedProduction: "${guardOverrides["production-reviewed"].words}")`,
          },
        ]
      : []),
    ...(rules?.actionsListed === true
      ? [
          {
            feature: "actionPatterns" as const,
            setting: "repository.allowedActions",
            lacks: "no list of allowed actions",
            expected: enterprise,
            next: "pulumi config rm --path 'ghrunners:repository.allowedActions' (every action may then run, pinned by its commit)",
          },
        ]
      : []),
    ...(environment === undefined
      ? []
      : [
          {
            feature: "environments" as const,
            setting: "deployment",
            lacks: "no environments",
            expected: paid,
            next: "pulumi config rm ghrunners:deployment",
          },
        ]),
    ...(rules === undefined
      ? []
      : [
          {
            feature: "rulesets" as const,
            setting: "repository.manage",
            lacks: "no rulesets",
            expected: paid,
            next: "pulumi config set --path 'ghrunners:repository.manage' false",
          },
        ]),
  ];
}

function kindProblems(inputs: DeploymentInputs, kind: RepositoryKind): PreflightProblem[] {
  const offer = offerOf(kind);
  return demandsOf(inputs)
    .filter(({ feature }) => offer[feature] === "no")
    .map(({ setting, lacks, expected, next }) => ({
      setting,
      reason: `the repository is ${describeKind(kind)}, and has ${lacks}. Expected ${expected}. Next: change the plan, or ${next}`,
    }));
}

/**
 * GitHub does not count a person's approval of their own change: with a single writer, the branch or environment would
 * be blocked.
 */
function lonelyProblems({ environment, rules }: DeploymentInputs, writers: readonly string[]): PreflightProblem[] {
  const [only] = writers;
  if (only === undefined || writers.length > 1) return [];
  const alone = `only ${only} may write to the repository, and GitHub does not count an approval of one's own change`;
  const problems: PreflightProblem[] = [];
  if (rules !== undefined && (rules.requiredApprovals > 0 || rules.codeOwners)) {
    problems.push({
      setting: rules.requiredApprovals > 0 ? "repository.requiredApprovals" : "repository.codeOwners",
      reason:
        `${alone}: nothing could be merged into the default branch. Expected a second person, or no approvals. ` +
        `Next: pulumi config set --path 'ghrunners:repository.requiredApprovals' 0 and ` +
        `pulumi config set --path 'ghrunners:repository.codeOwners' false`,
    });
  }
  const isReviewer = environment?.reviewers.every((login) => login.toLowerCase() === only.toLowerCase());
  if (environment !== undefined && environment.reviewers.length > 0 && isReviewer && environment.preventSelfReview) {
    problems.push({
      setting: "deployment.preventSelfReview",
      reason:
        `${alone}: no deployment that ${only} starts could be approved. Expected a second reviewer, or self-review. ` +
        `Next: pulumi config set --path 'ghrunners:deployment.preventSelfReview' false`,
    });
  }
  return problems;
}

export function judgeDeployment(inputs: DeploymentInputs, seen: DeploymentObservation): PreflightProblem[] {
  const failed = [seen.kind, ...seen.permissions].flatMap((look) =>
    "error" in look ? [{ setting: "github", reason: look.error }] : [],
  );
  const reviewers = seen.reviewers.flatMap((look, index): PreflightProblem[] => {
    const setting = `deployment.reviewers[${index}]`;
    if ("error" in look) return [{ setting, reason: look.error }];
    if (look.value) return [];
    return [
      {
        setting,
        reason: `${inputs.environment?.reviewers[index]} may not read the repository. Expected a collaborator: GitHub accepts no other reviewers. Next: invite the account, or correct the login`,
      },
    ];
  });
  const problems = [
    ...failed,
    ...reviewers,
    ...("value" in seen.kind ? kindProblems(inputs, seen.kind.value) : []),
    ...lonelyProblems(inputs, seen.writers ?? []),
  ];
  return problems.filter((problem, index) => problems.findIndex(({ reason }) => reason === problem.reason) === index);
}

/**
 * Notices for the preview: which kind of repository was seen, and what that means for the managed settings. Empty if
 * nothing is managed.
 * @example ["octo-org/demo-app is private, of a person whose plan this token may not see.", "..."]
 */
export function noticesOf(repository: string, inputs: DeploymentInputs, kind: RepositoryKind): string[] {
  const offer = offerOf(kind);
  const unsure = demandsOf(inputs).filter(({ feature }) => offer[feature] === "unknown");
  return [
    `${repository} is ${describeKind(kind)}.`,
    ...unsure.map(
      ({ setting, lacks, expected, next }) =>
        `ghrunners:${setting}: with a smaller plan, GitHub has ${lacks} and refuses during the update. Expected ${expected}. Otherwise: ${next}`,
    ),
    ...(inputs.rules !== undefined && offer.forkApproval === "no"
      ? ["Approval of forks' pull requests is not set: a private repository has no such setting."]
      : []),
    ...(inputs.rules?.actionsListed === false ? ["Every action may run, pinned by its commit."] : []),
  ];
}
