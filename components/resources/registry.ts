/**
 * The implementations of the dynamic resources by name. The names stand in the state of every stack: `refresh` and
 * `destroy` find an implementation by the name that was written when the resource was last updated, so a name is never
 * changed or taken away. The files behind them may move.
 */
import type * as pulumi from "@pulumi/pulumi";

/** Loaded one by one: a stack without changes needs none of their libraries (SSH, Octokit). */
const providers = {
  ForkApproval: () => require("./fork-approval") as typeof import("./fork-approval"),
  HealthGate: () => require("./health-gate") as typeof import("./health-gate"),
  InstalledExporter: () => require("./installed-exporter") as typeof import("./installed-exporter"),
  LastKnownGood: () => require("./last-known-good") as typeof import("./last-known-good"),
  MachineDrain: () => require("./machine-drain") as typeof import("./machine-drain"),
  Preflight: () => require("./preflight") as typeof import("./preflight"),
  RegisteredRunner: () => require("./registered-runner") as typeof import("./registered-runner"),
  Registration: () => require("./registration") as typeof import("./registration"),
  Reviewers: () => require("./reviewers") as typeof import("./reviewers"),
  RunnerRelease: () => require("./runner-release") as typeof import("./runner-release"),
  StagingProof: () => require("./staging-proof") as typeof import("./staging-proof"),
};

export type ProviderName = keyof typeof providers;

export const providerNames = Object.keys(providers) as readonly ProviderName[];

/**
 * The implementation of a dynamic resource.
 * @param name as it stands in the state
 * @throws Error for a name that this version of the package does not know
 */
export function provider(name: ProviderName): pulumi.dynamic.ResourceProvider {
  if (!Object.hasOwn(providers, name)) {
    throw new Error(
      `@ghrunners/components has no dynamic resource "${name}". Expected one of ${providerNames.join(", ")}. ` +
        "The state was written by another version: check out that version, or a newer one.",
    );
  }
  return providers[name]().provider as pulumi.dynamic.ResourceProvider;
}
