import assert from "node:assert/strict";
import { adminRequest } from "@ghrunners/lab/admin";
import { socketOf } from "@ghrunners/lab/service";
import { topology } from "@ghrunners/lab/topology";
import type { Rehearsal } from "@ghrunners/lab/driver/rehearsal";

export const environmentName = "lab";
const rulesetName = "ghrunners: default branch";

/** What GitHub has of the repository side, as the test asks for it. */
export function repositoryView(lab: () => Rehearsal) {
  const rest = () => lab().octokit.rest;
  const here = () => ({ ...lab().repository, environment_name: environmentName });

  async function fingerprints(environment?: string): Promise<Record<string, string>> {
    const query = environment === undefined ? "" : `?environment=${environment}`;
    const { body } = await adminRequest(socketOf(lab().lab.instance, "github"), "GET", `/_lab/secrets${query}`);
    const { secrets: list } = body as { secrets: { name: string; sha256: string }[] };
    return Object.fromEntries(list.map(({ name, sha256: hash }) => [name, hash]));
  }

  const policies = async (): Promise<string[]> =>
    (await rest().repos.listDeploymentBranchPolicies(here())).data.branch_policies
      .map(({ type, name }) => `${type} ${name}`)
      .sort();

  /** Those of the configuration; beside them stands where the targets are, with their pinned keys. */
  async function environmentVariables(): Promise<Record<string, string>> {
    const { variables } = (await rest().actions.listEnvironmentVariables(here())).data;
    const { DEPLOY_TARGETS: targets = "[]", ...others } = Object.fromEntries(
      variables.map(({ name, value }): [string, string] => [name, value]),
    );
    const [app] = JSON.parse(targets) as { name: string; address: string; hostKey: string }[];
    assert.deepEqual([app?.name, app?.address], ["app", topology.hosts.app.address]);
    assert.match(app?.hostKey ?? "", /^ecdsa-sha2-nistp256 /);
    return others;
  }

  async function ruleset(): Promise<{ id: number; enforcement: string; rules: Record<string, unknown> } | undefined> {
    const { data } = await rest().repos.getRepoRulesets(lab().repository);
    const own = data.filter(({ name }) => name === rulesetName);
    assert.ok(own.length < 2, "two rulesets of one name");
    if (own[0] === undefined) return undefined;
    const { data: full } = await rest().repos.getRepoRuleset({ ...lab().repository, ruleset_id: own[0].id });
    const rules = (full.rules ?? []) as { type: string; parameters?: unknown }[];
    return {
      id: full.id,
      enforcement: full.enforcement,
      rules: Object.fromEntries(rules.map(({ type, parameters }) => [type, parameters ?? true])),
    };
  }

  /** Undefined while the repository is private: GitHub then has no such setting. */
  const forkPolicy = async (): Promise<string | undefined> => {
    const route = "GET /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval";
    const asked = lab().octokit.request(route, lab().repository);
    return asked.then(
      ({ data }) => data.approval_policy,
      (error: unknown) => {
        if ((error as { status?: number }).status === 422) return undefined;
        throw error;
      },
    );
  };

  /** Everything that `first` asks for, and nothing else. */
  async function assertFirst(): Promise<void> {
    const { data: environment } = await rest().repos.getEnvironment(here());
    const review = environment.protection_rules?.find(({ type }) => type === "required_reviewers") as
      { prevent_self_review: boolean; reviewers: { reviewer: { login: string } }[] } | undefined;
    assert.deepEqual(
      [review?.prevent_self_review, review?.reviewers.map(({ reviewer }) => reviewer.login)],
      [true, [topology.github.reviewer.login]],
    );
    assert.equal((environment as { can_admins_bypass?: boolean }).can_admins_bypass, false);
    assert.deepEqual(environment.deployment_branch_policy, { protected_branches: false, custom_branch_policies: true });
    assert.deepEqual(await policies(), ["branch main", "tag v*"]);
    assert.deepEqual(await environmentVariables(), { DEPLOY_URL: "https://one.example/" });

    const rules = await ruleset();
    assert.equal(rules?.enforcement, "active");
    assert.deepEqual(Object.keys(rules.rules).sort(), [
      "deletion",
      "non_fast_forward",
      "pull_request",
      "required_status_checks",
    ]);
    const { data: actions } = await rest().actions.getGithubActionsPermissionsRepository(lab().repository);
    assert.deepEqual([actions.allowed_actions, actions.sha_pinning_required], ["selected", true]);
    const { data: allowed } = await rest().actions.getAllowedActionsRepository(lab().repository);
    assert.deepEqual([allowed.github_owned_allowed, allowed.verified_allowed], [true, false]);
    assert.deepEqual([...(allowed.patterns_allowed ?? [])].sort(), ["octo-org/*", "pulumi/actions@*"]);
    const { data: token } = await rest().actions.getGithubActionsDefaultWorkflowPermissionsRepository(lab().repository);
    assert.deepEqual(token, { default_workflow_permissions: "read", can_approve_pull_request_reviews: false });
    assert.equal(await forkPolicy(), undefined);
    const { data: subject } = await rest().actions.getCustomOidcSubClaimForRepo(lab().repository);
    assert.deepEqual([subject.use_default, subject.include_claim_keys], [false, ["repo", "context"]]);
    const { data: region } = await rest().actions.getRepoVariable({ ...lab().repository, name: "REGION" });
    assert.equal(region.value, "north");
  }

  return { rest, here, fingerprints, policies, environmentVariables, ruleset, forkPolicy, assertFirst };
}
