import * as pulumi from "@pulumi/pulumi";
import { registeredAt } from "@ghrunners/components/runner/registered-at";
import { StagingProof } from "@ghrunners/components/resources/staging-proof";
import type { RunnerPool } from "@ghrunners/components/runner/pool";
import { readCheckout } from "@ghrunners/core/promotion/checkout";
import type { Proof, ProofSettings } from "@ghrunners/core/promotion/proof";
import { projectRoot } from "@ghrunners/core/project-root";
import type { Settings } from "../parse";

/** The settings that a proof covers. */
export type PromotedSettings = Pick<Settings, "github" | "agent" | "proxmox" | "hosts">;

/**
 * Settings that two stacks of a promotion must share. Pure.
 * @param version of the runner program, in effect if the settings name none; null: there is none
 */
export function proofSettings(
  { github, agent, proxmox, hosts }: PromotedSettings,
  version: string | null,
): ProofSettings {
  return {
    repository: github.repository,
    runnerVersion: agent.version ?? version,
    runnerArchive: agent.sha256 ?? null,
    ...(proxmox.image === undefined ? { templateId: proxmox.templateId } : { image: proxmox.image.checksum }),
    hosts,
  };
}

/** @throws pulumi.RunError outside a git checkout: Pulumi shows only its message */
function commitHere(): string {
  try {
    return readCheckout(projectRoot).id;
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

/** The proof for another stack; undefined if this stack is not configured to give one. */
export function proofOf(
  settings: Settings,
  pool: RunnerPool,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<Proof> | undefined {
  const { promotion, github, proxmox, runners, smoke, safety } = settings;
  if (!promotion.prove) return undefined;
  const { proof } = new StagingProof(
    "proof",
    {
      ...registeredAt(github),
      proxmox: { endpoint: proxmox.endpoint, node: proxmox.node },
      stack: pulumi.getStack(),
      commit: commitHere(),
      settings: pulumi.output(pool.version ?? null).apply((version) => proofSettings(settings, version)),
      maxAgeHours: promotion.maxAgeHours,
      machines: runners.map(({ name, vmId }) => ({ name, vmId })),
      subjects: pool.subjects,
      smoke,
      onlineSeconds: safety.onlineTimeoutSeconds,
      gate: pool.evidence?.apply(({ provedAt }) => ({ provedAt })) ?? null,
    },
    opts,
  );
  return proof;
}
