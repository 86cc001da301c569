/** What is known while `ghrunners init` asks its questions. */
import type { PresentedKey } from "@ghrunners/core/ssh/read-host-key";
import type { SettingsTree } from "../../pulumi/stack-document";
import type { StackSecrets } from "../answers";
import type { ProxmoxOffer } from "../propose";

/** What Proxmox VE has shown. */
export interface SeenProxmox extends ProxmoxOffer {
  /** VMIDs of the guests that the token may see. */
  readonly vmIds: readonly number[];
  /** Addresses that those guests are given by Proxmox VE. */
  readonly addresses: readonly string[];
  /** Gateways that those guests are given. */
  readonly gateways: readonly string[];
}

/** What GitHub has shown. */
export interface SeenGitHub {
  readonly defaultBranch: string;
  /** Logins of those who may write; empty if the token may not list them. */
  readonly writers: readonly string[];
  /** Whether GitHub certainly has no reviewers for this kind of repository. */
  readonly lacksReviewers: boolean;
}

/** Everything that is known while questions are asked. */
export interface Conversation {
  /** Name of the stack, without organization and project. */
  readonly stack: string;
  /** Whether the stack is being made: then questions are asked that have a default too. */
  readonly isNew: boolean;
  readonly tree: SettingsTree;
  readonly secrets: StackSecrets;
  /** File with the passphrase, if one was named. */
  readonly passphraseFile: string | undefined;
  /** Whether a passphrase is needed and no one has said where it is. */
  readonly lacksPassphrase: boolean;
  /** Whether Apps are registered for the credentials that are missing; undefined while no one has said. */
  readonly usesApps?: boolean | undefined;
  /** What the real systems have shown so far. */
  readonly seen: { readonly proxmox?: SeenProxmox; readonly github?: SeenGitHub; readonly hostKey?: PresentedKey };
}
