/**
 * Names of the failover switch that more than one folder uses. Pure data.
 */

/** systemd unit on the monitoring host. */
export const SWITCH_UNIT = "ghrunners-failover-switch.service";

/** Its state folder, made by systemd's StateDirectory. */
export const SWITCH_STATE = "/var/lib/ghrunners-failover-switch";

/** The newest decision, as JSON (docs/reference/schemas/gate-decision.json); below SWITCH_STATE. */
export const DECISION_FILE = "decision.json";

/** One line of the same form for each decision that changed something; below SWITCH_STATE. */
export const HISTORY_FILE = "decisions.jsonl";

/** The switch's memory across restarts; below SWITCH_STATE. */
export const STATE_FILE = "switch.json";

/** Repository variable from which the gate reads which runner deploys. */
export const CHOICE_VARIABLE = "DEPLOY_RUNNER";

/** Variable with the labels of the machine on which the gate runs, where that is none of GitHub's; a person sets it. */
export const GATE_VARIABLE = "GATE_RUNNER";

/** Repository variable with the labels of the machine that runs the delivery workflows. Read by those workflows. */
export const DELIVERY_VARIABLE = "DELIVERY_RUNNER";
