/**
 * The dynamic resource LastKnownGood: keeps the settings of the last update in which everything before it succeeded. It
 * checks nothing itself: its dependencies were proved before.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { ImageSource } from "@ghrunners/core/proxmox/image";
import { DynamicResource, type Inputs } from "./dynamic-resource";

/**
 * Settings of the runners that can be rolled back, in the shape of the configuration. The disk size is not among them,
 * because a disk cannot shrink.
 */
export interface ProvenSettings {
  readonly agent: {
    readonly version: string;
    readonly sha256?: string | undefined;
    readonly downloadUrl?: string | undefined;
    readonly extraLabels: readonly string[];
    readonly allowedEvents: readonly string[];
    readonly allowedRefs: readonly string[];
  };
  /** The templates, or the image of which they are made. */
  readonly proxmox: {
    readonly templateId?: number | undefined;
    /** Templates of other nodes than `proxmox.node`, by node. */
    readonly templates?: Readonly<Record<string, number>> | undefined;
    readonly image?: ImageSource | undefined;
  };
  readonly vm: {
    readonly cores: number;
    readonly memoryMiB: number;
    /** Absent: the usual one. */
    readonly cpuType?: string | undefined;
    readonly user: string;
  };
}

export interface LastKnownGoodInputs {
  readonly settings: ProvenSettings;
}

export interface LastKnownGoodState extends LastKnownGoodInputs {
  /** RFC 3339. */
  readonly provedAt: string;
}

const kept = ({ settings }: LastKnownGoodInputs): LastKnownGoodState => ({
  settings,
  provedAt: new Date().toISOString(),
});

export const provider: pulumi.dynamic.ResourceProvider<LastKnownGoodInputs, LastKnownGoodState> = {
  diff: async (_id, olds, news) => ({ changes: JSON.stringify(olds.settings) !== JSON.stringify(news.settings) }),
  create: async (inputs) => ({ id: "last-known-good", outs: kept(inputs) }),
  update: async (_id, _olds, news) => ({ outs: kept(news) }),
};

/**
 * The settings with which all runners of the pool were last applied and proved. It depends on every runner, so an
 * update that fails before its end leaves the previous settings in the state: `ghrunners rollback-runners` returns to
 * them.
 */
export class LastKnownGood extends DynamicResource {
  constructor(name: string, inputs: Inputs<LastKnownGoodInputs>, opts: pulumi.CustomResourceOptions) {
    super("LastKnownGood", name, inputs, ["provedAt"], opts);
  }
}
