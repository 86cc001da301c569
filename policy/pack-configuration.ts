/** The configuration of the policy pack for a stack: the file for `pulumi preview --policy-pack-config FILE`. Pure. */
import { ADVISORY_ENVIRONMENT, guardOverrides } from "@ghrunners/core/vocabulary/safety";

/** One guard's part of the pack's configuration. Source: pulumi.com/docs/iac/crossguard/configuration */
export interface GuardConfiguration {
  readonly enforcementLevel: "advisory" | "mandatory";
  readonly environment: string;
}

/**
 * Levels by guard: mandatory except in staging, advisory if an override in the configuration allows the violation. An
 * override stays visible as a remark on every run.
 * @param config the `config` map of the stack's configuration file
 */
export function packConfiguration(
  stack: string,
  config: Readonly<Record<string, unknown>>,
): Record<string, GuardConfiguration> {
  const given = config["ghrunners:environment"];
  const environment = typeof given === "string" ? given : stack;
  const safety = (config["ghrunners:safety"] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(guardOverrides).map(([name, { setting, words }]) => {
      const advisory = environment === ADVISORY_ENVIRONMENT || safety[setting] === words;
      return [name, { enforcementLevel: advisory ? "advisory" : "mandatory", environment }];
    }),
  );
}
