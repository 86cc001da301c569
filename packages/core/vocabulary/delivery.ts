/**
 * Secrets of the repository that its own workflows read and people set by hand: the program is started with them, so it
 * cannot keep them. Set as docs/how-to/workflows.md says.
 */
export const deliverySecrets: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE",
  "STATE_ACCESS_KEY_ID",
  "STATE_SECRET_ACCESS_KEY",
  "RUNNER_VIEW_TOKEN",
];

/** The workflow that deploys, and the one that chooses its runner; other workflows call them. */
export const DEPLOY_WORKFLOW = "deploy.yml";
export const GATE_WORKFLOW = "runner-gate.yml";
/** Name of the gate's job; GitHub puts the names of the calls around it in front. */
export const GATE_JOB = "Choose";
