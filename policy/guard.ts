/** What a guard is: a name, a description, and a judgement of one resource. Pure. */
import type { GuardName } from "@ghrunners/core/vocabulary/safety";
import type { WorkflowFacts } from "./workflows";

/** A resource as the engine is about to make it, or keep it. */
export interface Resource {
  /** Pulumi type token. */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
}

/** What a judgement needs beside the resource. */
export interface Surroundings {
  /** Environment of the stack. */
  readonly environment: string;
  /** Workflow files of the checkout; read at the first use. */
  readonly workflows: () => readonly WorkflowFacts[];
  /** The stack's passphrase is known to be empty. */
  readonly passphraseIsEmpty: () => boolean;
}

/** One rule. It is refused or advised by {@link level}, and overridden by the sentence in packages/core/vocabulary/safety.ts. */
export interface Guard {
  readonly name: GuardName;
  /** What must hold, and why, in a sentence or two. */
  readonly description: string;
  /** Types of the resources that it looks at. */
  readonly types: readonly string[];
  /** @returns every violation: what was seen, what was expected. None where the resource is fine. */
  readonly judge: (resource: Resource, surroundings: Surroundings) => readonly string[];
}

/** Whether the environment is one that users depend on. */
export const isProduction = (environment: string): boolean => environment === "production";
