import { dashboardUids } from "../../dashboard-uids";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";
import { BY_RUNNER } from "../views";

/** Seconds since the event of a runner's oldest sample. */
const age = (metric: { readonly name: string }, environment: string, ...matchers: string[]): string =>
  `time() - min ${BY_RUNNER} (${select(metric, environment, ...matchers)})`;

const unpatched = {
  severity: "warning",
  component: "runner",
  dashboard: dashboardUids.runnerHealth,
} as const;

/** Alerts about updates of the runners' machines. */
export const updateAlerts: readonly Alert[] = [
  {
    ...unpatched,
    name: "RunnerSecurityUpdatesPending",
    expr: ({ environment }) => [
      `${age(metrics.runnerUpdatesPendingSince, environment, 'kind="security"')} > ${thresholds.securityUpdatePendingSeconds}`,
    ],
    summary: "The machine of {{ $labels.runner }} lacks security updates",
    description:
      "A security update has been pending on the machine of {{ $labels.runner }} ({{ $labels.role }}) for {{ $value | humanizeDuration }}, more than 7 days.",
    action: "Patch the machines as the runbook says: one runner at a time is taken out of service.",
  },
  {
    ...unpatched,
    name: "RunnerNotPatched",
    expr: ({ environment }) => [
      `${age(metrics.runnerUpdatesPendingSince, environment)} > ${thresholds.updatePendingSeconds}`,
    ],
    summary: "The machine of {{ $labels.runner }} has not been patched for a month",
    description:
      "An update has been pending on the machine of {{ $labels.runner }} ({{ $labels.role }}) for {{ $value | humanizeDuration }}, more than 30 days.",
    action: "Patch the machines as the runbook says, and plan it once a month.",
  },
  {
    ...unpatched,
    name: "RunnerRebootRequired",
    expr: ({ environment }) => [
      `${age(metrics.runnerRebootRequiredSince, environment)} > ${thresholds.rebootRequiredSeconds}`,
    ],
    summary: "The machine of {{ $labels.runner }} has to restart",
    description:
      "For {{ $value | humanizeDuration }}, more than 7 days, the machine of {{ $labels.runner }} ({{ $labels.role }}) has needed a restart: an update that is installed has no effect yet.",
    action: "Patch the machine as the runbook says: it is drained first and restarts.",
  },
  {
    ...unpatched,
    name: "RunnerUpdatesUnknown",
    for: "1d",
    expr: ({ environment }) => [`max ${BY_RUNNER} (${select(metrics.runnerUpdatesKnown, environment)}) == 0`],
    summary: "It is not known which updates the machine of {{ $labels.runner }} lacks",
    description:
      "For a day, the exporter on {{ $labels.runner }} ({{ $labels.role }}) has not known which updates are pending (known = {{ $value }}). Meanwhile no alert about updates can fire.",
    action: "Read the exporter's journal on the runner: a package source does not answer or its key has expired.",
  },
];
