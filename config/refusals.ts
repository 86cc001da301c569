/**
 * Conditions for any change, checked at the start of every preview and up. The preflight fails with the refusals, and
 * everything else depends on the preflight: so all of them are reported at once, and `pulumi destroy`, which checks no
 * resource, is never blocked.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { judgeProviderVariables } from "@ghrunners/components/github/provider-variables";
import { projectRoot } from "@ghrunners/core/project-root";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import { judge } from "@ghrunners/policy/judge";
import { passphraseIsEmpty } from "@ghrunners/policy/passphrase";
import { readWorkflows, type WorkflowFacts } from "@ghrunners/policy/workflows";
import { guardFacts } from "./arguments/guard-facts";
import type { Settings } from "./parse";
import { promotionRefusals, type ProvedElsewhere } from "./promotion-demands";
import { judgeSshAgent } from "./ssh-agent";

/** Reasons why nothing may be changed; empty if changes are allowed. Warnings are logged. */
export function refusals(
  settings: Settings,
  proved: ProvedElsewhere,
  env: NodeJS.ProcessEnv = process.env,
): pulumi.Output<string[]> {
  let read: readonly WorkflowFacts[] | undefined;
  const facts = guardFacts(settings, {
    workflows: () => (read ??= readWorkflows(path.join(projectRoot, ".github", "workflows"))),
    passphraseIsEmpty: passphraseIsEmpty(env, (file) => readFileSync(file, "utf8")),
  });
  const { refusals: refused, warnings } = judge(facts, settings.safety);
  for (const warning of warnings) void pulumi.log.warn(warning);
  const managesGitHub = settings.deployment !== undefined || settings.repository.manage;
  const found = [...(managesGitHub ? judgeProviderVariables(env, settings.github) : []), ...refused];
  const ofAgent = settings.hosts === "manage" ? judgeSshAgent(env) : [];
  return pulumi
    .all([promotionRefusals(settings, proved), ofAgent])
    .apply(([ofPromotion, ofSsh]) =>
      [...found, ...ofSsh, ...ofPromotion].map((refusal) => onStack(refusal, pulumi.getStack())),
    );
}
