/**
 * The implementations of the dynamic resources by name. The names stand in the state of every stack: `refresh` and
 * `destroy` find an implementation by the name that was written when the resource was last updated, so a name is never
 * changed or taken away. The files behind them may move.
 */
import type * as pulumi from "@pulumi/pulumi";

/** Loaded one by one: a stack without changes needs none of their libraries (SSH, Octokit). */
const providers = {
  ForkApproval: () => require("./fork-approval.provider") as typeof import("./fork-approval.provider"),
  HealthGate: () => require("./health-gate.provider") as typeof import("./health-gate.provider"),
  InstalledExporter: () => require("./installed-exporter.provider") as typeof import("./installed-exporter.provider"),
  LastKnownGood: () => require("./last-known-good.provider") as typeof import("./last-known-good.provider"),
  Preflight: () => require("./preflight.provider") as typeof import("./preflight.provider"),
  RegisteredRunner: () => require("./registered-runner.provider") as typeof import("./registered-runner.provider"),
  Registration: () => require("./registration.provider") as typeof import("./registration.provider"),
  Reviewers: () => require("./reviewers.provider") as typeof import("./reviewers.provider"),
  RunnerRelease: () => require("./runner-release.provider") as typeof import("./runner-release.provider"),
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
