import type { PreflightInputs } from "@ghrunners/components/resources/preflight";
import { ownershipMark } from "@ghrunners/components/runner/render-vm";
import { unusualCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { imageFile, templateMark } from "@ghrunners/core/proxmox/image";
import { ADVISORY_ENVIRONMENT } from "@ghrunners/core/vocabulary/safety";
import { machinesOf } from "../machines";
import type { Settings } from "../parse";
import { placeOf } from "./placed-runners";

/**
 * The preflight's inputs, from the settings. Pure: `ghrunners init` checks with them before there is a stack.
 * @param stack its name, which marks the machines and completes commands
 */
export function preflightInputs(settings: Settings, stack: string): Omit<PreflightInputs, "refusals"> {
  const { endpoint, node, templateId, storage, bridge, pool, image } = settings.proxmox;
  const { environment, github, proxmox, network, vm, agent, safety, deployment, repository } = settings;
  return {
    stack,
    proxmox: {
      ...{ endpoint, node, templateId, storage, bridge, pool },
      image: image && {
        ...{ url: image.url, checksum: image.checksum, storage: image.storage },
        file: imageFile(image),
        mark: templateMark(stack, image.checksum),
      },
    },
    github,
    runners: machinesOf(settings).map(({ node, ...runner }) => ({ ...runner, ...placeOf(proxmox, node) })),
    environment,
    leavingProductionAllowed: safety.allowLeavingProduction !== undefined,
    oneNodeAllowed: safety.allowOneNode !== undefined || environment === ADVISORY_ENVIRONMENT,
    diskGiB: vm.diskGiB,
    cpuType: unusualCpuType(vm.cpuType),
    requireFirewall: network.requireFirewall,
    ownershipMarks: Object.fromEntries(machinesOf(settings).map(({ name }) => [name, ownershipMark(stack, name)])),
    version: agent.version,
    smokeWorkflow: settings.smoke.workflow,
    publicAllowed: safety.allowPublicRepository !== undefined,
    hosts: settings.hosts === "manage",
    deployment: {
      environment: deployment && {
        name: deployment.name ?? environment,
        reviewers: deployment.reviewers,
        waitMinutes: deployment.waitMinutes,
        preventSelfReview: deployment.preventSelfReview,
      },
      rules: repository.manage
        ? {
            requiredApprovals: repository.requiredApprovals,
            codeOwners: repository.codeOwners,
            actionsListed: repository.allowedActions !== undefined,
          }
        : undefined,
      repositorySecrets: settings.secrets.some(({ scope }) => scope === "repository"),
      repositoryVariables: Object.keys(repository.variables).length > 0,
    },
  };
}
