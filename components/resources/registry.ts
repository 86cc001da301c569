/** The implementations of the dynamic resources by name. The files may move, the names may not. */
import type * as pulumi from "@pulumi/pulumi";
import { provider as cloneSource } from "./clone-source";
import { provider as forkApproval } from "./fork-approval";
import { provider as healthGate } from "./health-gate";
import { provider as imageTemplate } from "./image-template";
import { provider as installedExporter } from "./installed-exporter";
import { provider as lastKnownGood } from "./last-known-good";
import { provider as machineDrain } from "./machine-drain";
import { withStackInWords } from "./named-stack";
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

/** Faults of the code itself: only their stack says where. */
const faults = [TypeError, ReferenceError, RangeError, SyntaxError];

/**
 * Pulumi prints `ERROR: STACK` of everything that an implementation throws. A refusal says all that a person needs, and
 * is printed as `NAME: MESSAGE`.
 */
function withoutStack(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || faults.some((fault) => error instanceof fault)) return error;
  return Object.assign(error, { stack: error.message, toString: () => name });
}

/** An implementation whose refusals have no stack. */
function refusingInWords(
  name: string,
  implementation: pulumi.dynamic.ResourceProvider,
): pulumi.dynamic.ResourceProvider {
  const wrapped = Object.entries(implementation).map(([method, work]: [string, (...args: unknown[]) => unknown]) => [
    method,
    async (...args: unknown[]) => {
      try {
        return await work.apply(implementation, args);
      } catch (error) {
        throw withoutStack(name, error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as pulumi.dynamic.ResourceProvider;
}

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
  return refusingInWords(name, withStackInWords(providers[name] as pulumi.dynamic.ResourceProvider));
}
