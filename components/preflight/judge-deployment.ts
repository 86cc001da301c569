/**
 * What was seen of the deployment environment's surroundings, and what is wrong with it. Pure.
 */
import { guardOverrides } from "@ghrunners/core/vocabulary/safety";
import type { DeploymentInputs } from "./args";
import type { PreflightProblem, Answer } from "./judge";

export interface DeploymentObservation {
  readonly repository: Answer<{ readonly private: boolean }>;
  /** The owner's plan in GitHub's words; undefined where the token may not see it. */
  readonly plan: Answer<string | undefined>;
  /** For each reviewer, in order, whether the account may read the repository. */
  readonly reviewers: readonly Answer<boolean>[];
  /** Permissions of the token that only this part needs. */
  readonly permissions: readonly Answer<true>[];
}

/** Plans that give a private repository less than everything. Source: GitHub documentation, "GitHub's plans". */
const LIMITED = ["free", "pro", "team"];

function planProblems(inputs: DeploymentInputs, { repository, plan }: DeploymentObservation): PreflightProblem[] {
  if ("error" in repository || "error" in plan || !repository.value.private) return [];
  const name = plan.value;
  // A plan that nobody may see is no problem by itself: GitHub then says no while the environment is made.
  if (name === undefined || !LIMITED.includes(name)) return [];
  const { environment } = inputs;
  const problems: PreflightProblem[] = [];
  const seen = `the repository is private and its owner has the plan "${name}"`;
  const reviewed = environment !== undefined && (environment.reviewers.length > 0 || environment.waitMinutes > 0);
  if (reviewed) {
    problems.push({
      setting: environment.reviewers.length > 0 ? "deployment.reviewers" : "deployment.waitMinutes",
      reason:
        `${seen}, which has neither reviewers nor waiting for deployments. Expected GitHub Enterprise or a public repository. ` +
        `Next: change the plan, or pulumi config rm --path 'ghrunners:deployment.reviewers' (production then also needs ` +
        `safety.allowUnreviewedProduction: "${guardOverrides["production-reviewed"].words}")`,
    });
  }
  if (name !== "free") return problems;
  if (environment !== undefined) {
    problems.push({
      setting: "deployment",
      reason: `${seen}, which has no environments. Expected GitHub Pro, Team or Enterprise. Next: change the plan, or pulumi config rm ghrunners:deployment`,
    });
  }
  if (inputs.managesRepository) {
    problems.push({
      setting: "repository.manage",
      reason: `${seen}, which has no rulesets. Expected GitHub Pro, Team or Enterprise. Next: change the plan, or pulumi config set --path 'ghrunners:repository.manage' false`,
    });
  }
  return problems;
}

export function judgeDeployment(inputs: DeploymentInputs, seen: DeploymentObservation): PreflightProblem[] {
  const failed = [seen.repository, seen.plan, ...seen.permissions].flatMap((look) =>
    "error" in look ? [{ setting: "github", reason: look.error }] : [],
  );
  const reviewers = seen.reviewers.flatMap((look, index): PreflightProblem[] => {
    const setting = `deployment.reviewers[${index}]`;
    if ("error" in look) return [{ setting, reason: look.error }];
    if (look.value) return [];
    return [
      {
        setting,
        reason: `${inputs.environment?.reviewers[index]} may not read the repository. Expected a collaborator: GitHub takes no other reviewers. Next: invite the account, or correct the login`,
      },
    ];
  });
  const problems = [...failed, ...reviewers, ...planProblems(inputs, seen)];
  return problems.filter((problem, index) => problems.findIndex(({ reason }) => reason === problem.reason) === index);
}
