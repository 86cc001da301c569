import type { ImageSource } from "@ghrunners/core/proxmox/image";
import type { GitHubSettings } from "@ghrunners/core/github/repository";
import type { Protection } from "@ghrunners/core/github/protection";
import type { MachineRole } from "@ghrunners/core/vocabulary/runner";

/** The image of the templates, and how the program knows a template that it made. */
export type TemplateImage = Pick<ImageSource, "url" | "checksum" | "storage"> & {
  /** Name of its file on the storage. */
  readonly file: string;
  /** Notes of a template that this stack made of it. */
  readonly mark: string;
};

/** What the preflight checks. Contains no secret, because it is in the state; the checks run when it changes. */
export interface PreflightInputs {
  /** Name of the stack, for the commands in what is reported. */
  readonly stack: string;
  readonly proxmox: {
    readonly endpoint: string;
    readonly node: string;
    readonly templateId: number;
    readonly storage: string;
    readonly bridge: string;
    readonly pool: string | undefined;
    /** Image of which the program makes the templates; undefined: they exist already. */
    readonly image?: TemplateImage | undefined;
  };
  readonly github: GitHubSettings;
  /** The runners, then the delivery runner if there is one. */
  readonly runners: readonly {
    readonly role: MachineRole;
    readonly name: string;
    readonly vmId: number;
    readonly address: string;
    /** Node of its VM. */
    readonly node: string;
    /** VMID of the template on that node. */
    readonly templateId: number;
  }[];
  /** Environment of the stack. */
  readonly environment: string;
  /** Whether a stack that is production may become another environment. */
  readonly leavingProductionAllowed: boolean;
  /** Whether all runners may be on one node although the cluster has others. */
  readonly oneNodeAllowed: boolean;
  /** Disk of each VM, GiB. */
  readonly diskGiB: number;
  /** Processor type of each VM where it is not the usual one, which every node offers. */
  readonly cpuType?: string | undefined;
  /** Whether to refuse VMs whose firewall has no effect. */
  readonly requireFirewall: boolean;
  /** Text that marks a VM of this stack, by runner name. */
  readonly ownershipMarks: Readonly<Record<string, string>>;
  /** Runner version that the settings ask for. */
  readonly version: string | undefined;
  readonly smokeWorkflow: string;
  /** Whether the configuration allows a public repository. */
  readonly publicAllowed: boolean;
  /** False if there are no guests: then only the deployment's settings are checked at GitHub. */
  readonly hosts: boolean;
  readonly deployment: DeploymentInputs;
  /** Reasons why the program may create nothing, each with the command that fixes it; empty if it may. */
  readonly refusals: readonly string[];
}

/** What is managed at GitHub besides the runners. */
export interface DeploymentInputs {
  /** Undefined: no environment is managed. */
  readonly environment:
    ({ readonly name: string } & Pick<Protection, "reviewers" | "waitMinutes" | "preventSelfReview">) | undefined;
  /** Undefined: the repository's own rules are not managed. */
  readonly rules:
    | {
        readonly requiredApprovals: number;
        readonly codeOwners: boolean;
        /** Whether there is a list of the actions that may run. */
        readonly actionsListed: boolean;
      }
    | undefined;
  /** Whether there are secrets and variables of the repository itself. */
  readonly repositorySecrets: boolean;
  readonly repositoryVariables: boolean;
}
