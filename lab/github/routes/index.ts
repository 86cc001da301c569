import type { WorkflowEngine } from "../engine";
import type { GitHubRoute } from "../http/message";
import type { PullRequests } from "../repository/pull-requests";
import type { Pushes } from "../repository/pushes";
import type { Services } from "../services";
import { accountRoutes } from "./accounts";
import { actionsSettingsRoutes } from "./actions-settings";
import { appRegistrationRoutes } from "./app-registration";
import { appRoutes } from "./apps";
import { branchPolicyRoutes } from "./branch-policies";
import { commitRoutes } from "./commits";
import { commentRoutes } from "./comments";
import { concurrencyRoutes } from "./concurrency";
import { contentRoutes } from "./contents";
import { deploymentRoutes } from "./deployments";
import { environmentRoutes } from "./environments";
import { gitDataRoutes } from "./git-data";
import { issueRoutes } from "./issues";
import { logRoutes } from "./logs";
import { mergeRoutes } from "./merges";
import { organizationPolicyRoutes } from "./organization-policy";
import { pageRoutes } from "./page";
import { pulumiReleaseRoutes } from "./pulumi-release";
import { pullRoutes } from "./pulls";
import { refRoutes } from "./refs";
import { repositoryRoutes } from "./repository";
import { rulesetRoutes } from "./rulesets";
import { runRoutes } from "./runs";
import { runnerGroupRoutes } from "./runner-groups";
import { runnerLabelRoutes } from "./runner-labels";
import { runnerRoutes } from "./runners";
import { secretRoutes } from "./secrets";
import { variableRoutes } from "./variables";
import { workflowRoutes } from "./workflows";

/** Every route of the service but the runner protocol and the service's own description. */
export const allRoutes = (
  services: Services,
  engine: WorkflowEngine,
  pullRequests: PullRequests,
  pushes: Pushes,
): GitHubRoute[] => [
  ...accountRoutes(services),
  ...appRoutes(services),
  ...appRegistrationRoutes(services),
  ...repositoryRoutes(services),
  ...commitRoutes(services),
  ...gitDataRoutes(services),
  ...refRoutes(services, pushes),
  ...contentRoutes(services),
  ...runnerRoutes(services),
  ...runnerLabelRoutes(services),
  ...pulumiReleaseRoutes(services),
  ...runnerGroupRoutes(services),
  ...environmentRoutes(services),
  ...branchPolicyRoutes(services),
  ...secretRoutes(services),
  ...variableRoutes(services),
  ...actionsSettingsRoutes(services),
  ...organizationPolicyRoutes(services),
  ...rulesetRoutes(services),
  ...issueRoutes(services),
  ...commentRoutes(services),
  ...pullRoutes(services, pullRequests),
  ...mergeRoutes(services, pullRequests, pushes),
  ...workflowRoutes(services, engine),
  ...runRoutes(services, engine),
  ...deploymentRoutes(services, engine),
  ...concurrencyRoutes(services),
  ...logRoutes(services),
  ...pageRoutes(services),
];
