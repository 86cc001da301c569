import { alpha, beta, type RuleCase, sample } from "../case";

const since = (labels: typeof alpha, kind: string, values: string) =>
  sample("runnerUpdatesPendingSince", { ...labels, kind }, values);

export const updateCases: readonly RuleCase[] = [
  {
    alert: "RunnerSecurityUpdatesPending",
    interval: "1h",
    // Pending from the beginning; installed after 175 hours.
    fires: [since(beta, "security", "0x175 stale"), since(beta, "other", "0x200")],
    at: "169h",
    labels: beta,
    says: "A security update has been pending on the machine of beta (secondary) for 7d 1h 0m 0s, more than 7 days.",
    ends: "178h",
    // Ten hours younger; and one that is no security update.
    quiet: [since(alpha, "security", "36000x200"), since(beta, "other", "0x200")],
  },
  {
    alert: "RunnerNotPatched",
    interval: "1h",
    fires: [since(alpha, "other", "0x725 stale"), since(alpha, "security", "2000000x725 stale")],
    at: "721h",
    labels: alpha,
    says: "An update has been pending on the machine of alpha (primary) for 30d 1h 0m 0s, more than 30 days.",
    ends: "728h",
    // Other updates come and go.
    quiet: [since(alpha, "other", "0x300 2000000x500")],
  },
  {
    alert: "RunnerRebootRequired",
    interval: "1h",
    fires: [sample("runnerRebootRequiredSince", alpha, "0x172 stale")],
    at: "170h",
    labels: alpha,
    says: "For 7d 2h 0m 0s, more than 7 days, the machine of alpha (primary) has needed a restart: an update that is installed has no effect yet.",
    ends: "174h",
    quiet: [sample("runnerRebootRequiredSince", alpha, "0x100 stale _x10 400000x100")],
  },
  {
    alert: "RunnerUpdatesUnknown",
    interval: "1h",
    fires: [sample("runnerUpdatesKnown", beta, "0x30 1x10")],
    at: "25h",
    labels: beta,
    says: "For a day, the exporter on beta (secondary) has not known which updates are pending (known = 0). Meanwhile no alert about updates can fire.",
    ends: "33h",
    // A source was away for some hours.
    quiet: [sample("runnerUpdatesKnown", beta, "1x5 0x12 1x20"), sample("runnerUpdatesKnown", alpha, "1x40")],
  },
];
