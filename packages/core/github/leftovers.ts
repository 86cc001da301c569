/** Removes things at GitHub that Pulumi's state does not know. Does nothing if they do not exist. */
import type { Leftover } from "./plan-leftovers";
import type { GitHubClient } from "./client";
import { statusOf } from "./errors";

async function unlessMissing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

function removeVariable(
  github: GitHubClient,
  { environment, name }: Extract<Leftover, { kind: "variable" }>,
): Promise<void> {
  return unlessMissing(() =>
    github.call(`remove the variable ${name}`, async ({ rest }, names) => ({
      data:
        environment === undefined
          ? await rest.actions.deleteRepoVariable({ ...names, name })
          : await rest.actions.deleteEnvironmentVariable({ ...names, environment_name: environment, name }),
    })),
  );
}

interface Policies {
  readonly branch_policies: { readonly id: number; readonly name: string; readonly type?: string }[];
}

function removePolicy(
  github: GitHubClient,
  { environment, name, type }: Extract<Leftover, { kind: "branch-policy" }>,
): Promise<void> {
  const where = { environment_name: environment };
  return unlessMissing(async () => {
    const route = "/environments/{environment_name}/deployment-branch-policies";
    const policies = await github.list(
      "list the branch policies",
      route,
      where,
      (raw: Policies) => raw.branch_policies,
    );
    for (const { id, name: known, type: kind = "branch" } of policies) {
      if (known !== name || kind !== type) continue;
      await github.call("remove a branch policy", async ({ rest }, names) => ({
        data: await rest.repos.deleteDeploymentBranchPolicy({ ...names, ...where, branch_policy_id: id }),
      }));
    }
  });
}

interface Ruleset {
  readonly id: number;
  readonly name: string;
}

async function removeRuleset(github: GitHubClient, { name }: Extract<Leftover, { kind: "ruleset" }>): Promise<void> {
  const rulesets = await github.list(
    "list the rulesets",
    "/rulesets",
    { includes_parents: "false" },
    (all: Ruleset[]) => all,
  );
  for (const { id } of rulesets.filter((ruleset) => ruleset.name === name)) {
    await github.call("remove a ruleset", async ({ rest }, names) => ({
      data: await rest.repos.deleteRepoRuleset({ ...names, ruleset_id: id }),
    }));
  }
}

export function removeLeftover(github: GitHubClient, leftover: Leftover): Promise<void> {
  if (leftover.kind === "variable") return removeVariable(github, leftover);
  return leftover.kind === "branch-policy" ? removePolicy(github, leftover) : removeRuleset(github, leftover);
}
