/**
 * Names of the dynamic resources. They are in the state of every stack: `refresh` and `destroy` find an implementation
 * by the name written at the resource's last update, so a name must never be changed or removed.
 */
export const providerNames = [
  "CloneSource",
  "ForkApproval",
  "HealthGate",
  "ImageTemplate",
  "InstalledExporter",
  "LastKnownGood",
  "MachineDrain",
  "Preflight",
  "PulumiRelease",
  "RegisteredRunner",
  "Registration",
  "Reviewers",
  "RunnerGroup",
  "RunnerRelease",
  "StagingProof",
] as const;

export type ProviderName = (typeof providerNames)[number];
