import type { Metric } from "./metric";

/** The failover switch: which runner deploys, why, and whether the choice is published at GitHub. */
export const switchMetrics = {
  deploymentRunnerAuthorised: {
    name: "deployment_runner_authorised",
    type: "gauge",
    labels: ["runner", "role"],
    help: "1 when the runner may be chosen: it is healthy in both views and allowed, or it is a degraded primary; else 0.",
    source: "switch",
  },
  deploymentRunnerChosen: {
    name: "deployment_runner_chosen",
    type: "gauge",
    labels: ["runner", "role", "reason"],
    help: "1 for the runner that the next deployment uses, with the reason of the choice; no series while no runner may be used.",
    source: "switch",
  },
  deploymentRunnerChoiceExpiry: {
    name: "deployment_runner_choice_expiry_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "Unix time at which the choice that was last written to GitHub expires; absent before the first.",
    source: "switch",
  },
  deploymentRunnerDecision: {
    name: "deployment_runner_decision_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "Unix time of the newest decision, written to GitHub or not; absent before the first.",
    source: "switch",
  },
  deploymentFailovers: {
    name: "deployment_failovers_total",
    type: "counter",
    labels: ["reason"],
    help: "Changes of the chosen runner from the primary to a secondary, by reason.",
    source: "switch",
  },
  deploymentChoiceWrites: {
    name: "deployment_runner_choice_writes_total",
    type: "counter",
    labels: ["result"],
    help: "Attempts to write the choice to GitHub, by result: written or failed.",
    source: "switch",
  },
  deploymentRedispatches: {
    name: "deployment_redispatches_total",
    type: "counter",
    labels: ["result"],
    help: "Runs that waited for an unusable runner, by result: started again, ended by themselves, or given up.",
    source: "switch",
  },
  failoverSwitchBuild: {
    name: "deployment_switch_build_info",
    type: "gauge",
    labels: ["version"],
    help: "Always 1: the version of the failover switch.",
    source: "switch",
  },
} as const satisfies Record<string, Metric>;
