/** Public interface of this package, described in docs/reference/components.md. */
export { RunnerPool, type RunnerPoolArgs, type SmokeArgs, type GateEvidence } from "./runner/pool";
export { Runner, type RunnerArgs, type RunnerOnHost } from "./runner/runner";
export { RunnerVm, type RunnerVmArgs, type RunnerVmHooks } from "./runner/vm";
export type { RunnerHooks } from "./runner/hooks";
export type { PulumiCliArgs } from "./runner/pulumi-cli";
export type { RunnerArchive } from "./runner/runner-archive";
export type { AlloyShipper, JournalUploadShipper, LogShipper } from "./runner/logs";
export type { EgressArgs, NetworkArgs, PlacementArgs, ProxmoxArgs, VmArgs } from "./runner/machine-settings";
export type {
  AgentArgs,
  EnvironmentArgs,
  GitHubArgs,
  LimitArgs,
  RunnerGitHubArgs,
  RunnerIdentityArgs,
} from "./runner/settings";
export { type ImageArgs, VmTemplate, type VmTemplateArgs } from "./runner/template";
export { DeploymentEnvironment, type DeploymentEnvironmentArgs } from "./github/environment";
export { githubProvider, type GitHubProviderArgs } from "./github/provider";
export { RepositoryRules, type RepositoryRulesArgs } from "./github/rules";
export {
  type AlertmanagerArgs,
  MonitoringHost,
  type MonitoringHostArgs,
  type MonitoringServiceArgs,
} from "./monitoring/host";
export type { MonitoringFile, MonitoringFiles, MonitoringPaths, RuleFile } from "./monitoring/monitoring-files";
export { LogReceiver, type LogReceiverArgs } from "./monitoring/receiver";
export type { HostArgs } from "./scripts/connection";
