/** What questions ask the real systems. Read-only but for the registration of Apps; replaced in tests. */
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import type { PresentedKey } from "@ghrunners/core/ssh/read-host-key";
import type { InitFinding } from "../findings";
import type { StackSecrets } from "../answers";
import type { SystemsSeen } from "../inspect";
import type { Conversation, SeenGitHub, SeenProxmox } from "./conversation";

export interface Systems {
  /** @returns why the address cannot be used; undefined if it can */
  proxmoxEndpoint(endpoint: string): Promise<string | undefined>;
  /** @throws Error in words */
  proxmoxOffer(endpoint: string, token: string): Promise<SeenProxmox>;
  /** What the preview would say about Proxmox VE. */
  proxmoxFindings(known: Conversation, inputs: PreflightInputs): Promise<InitFinding[]>;
  /** @throws Error in words, with `status` if GitHub answered */
  githubRepository(known: Conversation, token: string): Promise<Pick<SeenGitHub, "defaultBranch" | "writers">>;
  /** What the preview would say about GitHub. */
  githubFindings(
    known: Conversation,
    inputs: PreflightInputs,
  ): Promise<SystemsSeen & Pick<SeenGitHub, "lacksReviewers">>;
  /**
   * Makes the stack, and registers an App for each credential that it lacks.
   * @returns the stack's secrets with those of the Apps
   * @throws Error in words, Interrupted after Ctrl-C; the next run of the command carries on
   */
  registerApps(known: Conversation): Promise<StackSecrets>;
  /** @throws Error in words */
  hostKey(host: string): Promise<PresentedKey>;
  /** What the preview would say about the monitoring host. @throws Error in words, if it cannot be looked at */
  monitoringFindings(known: Conversation): Promise<SystemsSeen>;
  /** Text of a file of this machine. `~/` is the home folder. @throws Error in words */
  readFile(file: string): string;
  /** Absolute path of a file of this machine. */
  filePath(file: string): string;
}
