/**
 * The dynamic resource CloneSource checks the template when a machine of the pool is about to be made. That includes
 * runs without a changed setting (`pulumi up --replace`, a machine that is gone), in which the preflight does not run.
 * Before the engine deletes a machine in order to make it again, it calls `diff` here with that machine's MAC address
 * unknown. A refusal therefore comes before the deletion, in previews and in updates, and needs no delete hook.
 */
import type * as pulumi from "@pulumi/pulumi";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import type { TemplateRequirement as Source } from "../preflight/judge-template";
import { observeTemplate } from "../preflight/observe-template";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { configure, packageSecret } from "./provider-access";

export interface CloneSourceInputs extends Source {
  /** Address of Proxmox VE's API. */
  readonly endpoint: string;
  /** MAC addresses of the cloned machines; unknown for a machine that is about to be made. */
  readonly incarnations: readonly string[];
}

const isMade = (incarnation: unknown): boolean => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(String(incarnation));

/** Whether a machine is about to be made: the engine then does not know its MAC address, or none of the addresses. */
export const makesMachine = ({ incarnations }: Pick<CloneSourceInputs, "incarnations">): boolean =>
  !Array.isArray(incarnations) || !incarnations.every(isMade);

/** @throws Error with every reason why no machine can be cloned */
export async function refuseWithoutTemplate(
  proxmox: Parameters<typeof observeTemplate>[0],
  source: Source,
): Promise<void> {
  const reasons = await observeTemplate(proxmox, source);
  if (reasons.length > 0)
    throw new Error(
      ["No machine can be made.", ...reasons.map((reason) => `  ghrunners:proxmox: ${reason}`)].join("\n"),
    );
}

export const provider: pulumi.dynamic.ResourceProvider<CloneSourceInputs, CloneSourceInputs> = {
  configure,
  diff: async (_id, olds, news) => {
    // The number of a template that this run makes of an image is known only when the template is complete.
    if (makesMachine(news) && Number.isInteger(news.templateId)) {
      const access = { endpoint: news.endpoint, token: packageSecret("proxmoxToken") };
      await refuseWithoutTemplate(new ProxmoxClient(access), news);
    }
    const parts = ({ endpoint, node, templateId, diskGiB, incarnations }: CloneSourceInputs): string =>
      JSON.stringify([endpoint, node, templateId, diskGiB, incarnations]);
    return { changes: parts(olds) !== parts(news) };
  },
  create: async (inputs) => ({ id: "clone-source", outs: inputs }),
  update: async (_id, _olds, news) => ({ outs: news }),
};

export class CloneSource extends DynamicResource {
  constructor(name: string, inputs: Inputs<CloneSourceInputs>, opts: pulumi.CustomResourceOptions) {
    super("CloneSource", name, inputs, [], opts);
  }
}
