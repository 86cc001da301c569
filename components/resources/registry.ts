/** The implementations of the dynamic resources by name. The files may move, the names may not. */
import type * as pulumi from "@pulumi/pulumi";
import { provider as cloneSource } from "./clone-source";
import { provider as forkApproval } from "./fork-approval";
import { provider as healthGate } from "./health-gate";
import { provider as imageTemplate } from "./image-template";
import { provider as installedExporter } from "./installed-exporter";
import { provider as lastKnownGood } from "./last-known-good";
import { provider as machineDrain } from "./machine-drain";
import { refusingInWords } from "./named-stack";
import { provider as preflight } from "./preflight";
import { type ProviderName, providerNames } from "./provider-names";
import { provider as pulumiRelease } from "./pulumi-release";
import { provider as registeredRunner } from "./registered-runner";
import { provider as registration } from "./registration";
import { provider as reviewers } from "./reviewers";
import { provider as runnerGroup } from "./runner-group";
import { provider as runnerRelease } from "./runner-release";
import { provider as stagingProof } from "./staging-proof";

const providers = {
  CloneSource: cloneSource,
  ForkApproval: forkApproval,
  HealthGate: healthGate,
  ImageTemplate: imageTemplate,
  InstalledExporter: installedExporter,
  LastKnownGood: lastKnownGood,
  MachineDrain: machineDrain,
  Preflight: preflight,
  PulumiRelease: pulumiRelease,
  RegisteredRunner: registeredRunner,
  Registration: registration,
  Reviewers: reviewers,
  RunnerGroup: runnerGroup,
  RunnerRelease: runnerRelease,
  StagingProof: stagingProof,
} satisfies Record<ProviderName, unknown>;

/**
 * The implementation of a dynamic resource.
 * @param name as written in the state
 * @throws Error for a name that this version of the package does not know
 */
export function provider(name: ProviderName): pulumi.dynamic.ResourceProvider {
  if (!Object.hasOwn(providers, name)) {
    throw new Error(
      `@ghrunners/components has no dynamic resource "${name}". Expected one of ${providerNames.join(", ")}. ` +
        "The state was written by another version: check out that version, or a newer one.",
    );
  }
  return refusingInWords(name, providers[name] as pulumi.dynamic.ResourceProvider);
}
