/**
 * Secrets of the repository that its own workflows read. Users set them by hand, as docs/how-to/workflows.md describes:
 * this program is started with them, so it cannot manage them.
 */
export const deliverySecrets: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE",
  "STATE_ACCESS_KEY_ID",
  "STATE_SECRET_ACCESS_KEY",
  "RUNNER_VIEW_TOKEN",
];

/** The workflow that deploys, and the one that chooses its runner; other workflows call both. */
export const DEPLOY_WORKFLOW = "deploy.yml";
export const GATE_WORKFLOW = "runner-gate.yml";
/** Name of the gate's job; GitHub prefixes the names of the calling jobs. */
export const GATE_JOB = "Choose";
