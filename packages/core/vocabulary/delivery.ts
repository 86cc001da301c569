/**
 * Secrets with which the delivery workflows start this program, so that it cannot manage them. Users set them by hand
 * in an environment, or in the repository: docs/how-to/workflows.md.
 */
export const stackSecrets: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE",
  "STATE_ACCESS_KEY_ID",
  "STATE_SECRET_ACCESS_KEY",
];

/** Secret of a repository that deploys: the token with which the runner gate and the deployment's job read GitHub. */
export const VIEW_SECRET = "RUNNER_VIEW_TOKEN";

/** Secrets of the repository that its own workflows read, set by hand. */
export const deliverySecrets: readonly string[] = [...stackSecrets, VIEW_SECRET, "UPKEEP_TOKEN"];

/**
 * Variable with the address of the folder of runbooks, for a repository that deploys and has no docs/runbooks. Read by
 * runner-gate.yml and deploy.yml.
 */
export const RUNBOOKS_VARIABLE = "RUNBOOKS_URL";

/** The workflow that deploys, and the one that chooses its runner; other workflows call both. */
export const DEPLOY_WORKFLOW = "deploy.yml";
export const GATE_WORKFLOW = "runner-gate.yml";
/** Name of the gate's job; GitHub prefixes the names of the calling jobs. */
export const GATE_JOB = "Choose";
/** Steps of the deployment's job that refuse to deploy, whichever runner they are on. */
export const REFUSING_STEPS: readonly string[] = ["Deployments are not paused", "The choice still holds"];

/**
 * Below /var/lib of a delivery runner, kept between jobs, whose home folders are emptied: the records of promotions.
 * Made by systemd's StateDirectory.
 */
export const PROMOTIONS_FOLDER = "ghrunners-promotions";

/** Variable that names the folder of the records of promotions. */
export const PROMOTIONS_VARIABLE = "GHRUNNERS_PROMOTIONS";
