import { seal } from "@ghrunners/lab/driver/seal";
import { type ApiCalls, here, production } from "./context";

/** Calls about environments, secrets, variables, settings of Actions and rulesets. */
export const settingsCalls: ApiCalls = {
  "environments and their parts": async ({ operator }) => {
    const policy = { protected_branches: false, custom_branch_policies: true };
    const reviewers = [{ type: "User" as const, id: 1003 }];
    await operator.repos.createOrUpdateEnvironment({
      ...production,
      reviewers,
      deployment_branch_policy: policy,
      wait_timer: 1,
    });
    await operator.repos.getEnvironment(production);
    await operator.repos.getAllEnvironments(here);
    const { data } = await operator.repos.createDeploymentBranchPolicy({ ...production, name: "main" });
    const branch_policy_id = Number(data.id);
    await operator.repos.listDeploymentBranchPolicies(production);
    await operator.repos.getDeploymentBranchPolicy({ ...production, branch_policy_id });
    await operator.repos.updateDeploymentBranchPolicy({ ...production, branch_policy_id, name: "release/*" });
    await operator.repos.deleteDeploymentBranchPolicy({ ...production, branch_policy_id });
  },

  "secrets and variables": async ({ operator }) => {
    const { data: key } = await operator.actions.getRepoPublicKey(here);
    const secret_name = "TOKEN";
    const sealed = { key_id: key.key_id, encrypted_value: await seal(key.key, "s3cret") };
    await operator.actions.createOrUpdateRepoSecret({ ...here, secret_name, ...sealed });
    await operator.actions.createOrUpdateRepoSecret({ ...here, secret_name, ...sealed });
    await operator.actions.getRepoSecret({ ...here, secret_name });
    await operator.actions.listRepoSecrets(here);
    await operator.actions.deleteRepoSecret({ ...here, secret_name });

    const { data: own } = await operator.actions.getEnvironmentPublicKey(production);
    const inside = { key_id: own.key_id, encrypted_value: await seal(own.key, "s3cret") };
    await operator.actions.createOrUpdateEnvironmentSecret({ ...production, secret_name, ...inside });
    await operator.actions.getEnvironmentSecret({ ...production, secret_name });
    await operator.actions.listEnvironmentSecrets(production);
    await operator.actions.deleteEnvironmentSecret({ ...production, secret_name });

    const name = "REGION";
    await operator.actions.createRepoVariable({ ...here, name, value: "eu" });
    await operator.actions.getRepoVariable({ ...here, name });
    await operator.actions.listRepoVariables(here);
    await operator.actions.listRepoOrganizationVariables(here);
    await operator.actions.updateRepoVariable({ ...here, name, value: "us" });
    await operator.actions.deleteRepoVariable({ ...here, name });
    await operator.actions.createEnvironmentVariable({ ...production, name, value: "eu" });
    await operator.actions.getEnvironmentVariable({ ...production, name });
    await operator.actions.listEnvironmentVariables(production);
    await operator.actions.updateEnvironmentVariable({ ...production, name, value: "us" });
    await operator.actions.deleteEnvironmentVariable({ ...production, name });
  },

  "settings of Actions, and rulesets": async ({ emulator, operator }) => {
    await operator.actions.setGithubActionsPermissionsRepository({
      ...here,
      enabled: true,
      allowed_actions: "selected",
    });
    await operator.actions.getGithubActionsPermissionsRepository(here);
    await operator.actions.setAllowedActionsRepository({ ...here, github_owned_allowed: true });
    await operator.actions.getAllowedActionsRepository(here);
    await operator.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...here,
      default_workflow_permissions: "read",
    });
    await operator.actions.getGithubActionsDefaultWorkflowPermissionsRepository(here);
    const fork = "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";
    await emulator.admin("PUT", "faults/repository-public", {});
    await operator.request(`PUT ${fork}`, { ...here, approval_policy: "all_external_contributors" });
    await operator.request(`GET ${fork}`, here);
    await emulator.admin("DELETE", "faults/repository-public");
    const oidc = { ...here, use_default: false, include_claim_keys: ["repo", "context"] };
    await operator.actions.setCustomOidcSubClaimForRepo(oidc);
    await operator.actions.getCustomOidcSubClaimForRepo(here);

    const { data } = await operator.repos.createRepoRuleset({
      ...here,
      name: "protect main",
      enforcement: "active",
      target: "branch",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "deletion" },
        { type: "required_deployments", parameters: { required_deployment_environments: ["production"] } },
      ],
    });
    const ruleset = { ...here, ruleset_id: data.id };
    await operator.repos.getRepoRulesets(here);
    await operator.repos.getRepoRuleset(ruleset);
    await operator.repos.updateRepoRuleset({ ...ruleset, name: "protect the default branch", enforcement: "disabled" });
    await operator.repos.deleteRepoRuleset(ruleset);
  },
};
