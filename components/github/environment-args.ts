import type * as pulumi from "@pulumi/pulumi";

/** A GitHub environment: who approves, which refs deploy, and what only its jobs see. */
export interface DeploymentEnvironmentArgs {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Name of the environment, as a job's `environment:` says it. */
  readonly environment: string;
  /** Logins of which one approves each deployment; at most 6. None: nobody has to. */
  readonly reviewers: readonly string[];
  /** Pause before each deployment, minutes, 0 to 43,200. */
  readonly waitMinutes: number;
  /** Whoever started a deployment may not approve it. Without reviewers it means nothing. */
  readonly preventSelfReview: boolean;
  /** Administrators may skip reviewers and the pause. */
  readonly adminsCanBypass: boolean;
  /** Patterns of branches and tags that may deploy; at least one of them. */
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  /** Variables by name, upper case. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets by name, upper case. They leave this program sealed with the environment's public key. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Refuse to delete the environment, and with it its secrets. */
  readonly protect: boolean;
}
