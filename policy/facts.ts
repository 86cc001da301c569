/**
 * Facts that the guards judge. The program passes all facts at once, from its settings; the policy pack passes those of
 * one resource at a time, as the engine is about to create it. A missing group is not judged.
 */
import type { WorkflowFacts } from "./workflows";

export interface RunnerLabelFacts {
  readonly runner: string;
  readonly labels: readonly string[];
}

export interface Facts {
  /** Environment of the stack. */
  readonly environment: string;
  /** The stack's passphrase is known to be empty. */
  readonly passphraseIsEmpty?: boolean;
  readonly pool?: {
    readonly members: readonly RunnerLabelFacts[];
    /** Events whose jobs the runners accept. */
    readonly events: readonly string[];
    /** Workflow files of the checkout; read at the first use. */
    readonly workflows: () => readonly WorkflowFacts[];
  };
  /** The preflight is configured to accept a public repository. */
  readonly publicAccepted?: boolean;
  /** The repository as GitHub shows it, or as the program creates it. */
  readonly repository?: { readonly name: string; readonly public: boolean };
  /** Permissions of a job's GITHUB_TOKEN unless the job sets others. */
  readonly defaultToken?: { readonly canWrite: boolean; readonly approvesPullRequests: boolean };
  /** The repository accepts actions that are not pinned by their commit. */
  readonly acceptsUnpinnedActions?: boolean;
  readonly deployment?: { readonly environment: string; readonly reviewers: readonly string[] };
  readonly machines?: readonly { readonly name: string; readonly protected: boolean }[];
  /** GitHub secrets, and whether they are given by the deprecated argument plaintextValue. */
  readonly secrets?: readonly { readonly name: string; readonly plaintext: boolean }[];
}
