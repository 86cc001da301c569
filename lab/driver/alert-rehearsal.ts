import type { MonitoringSettings } from "@ghrunners/monitoring";
import { until } from "@ghrunners/core/until";
import type { FastMonitoring, ReceivedNotification } from "./fast-monitoring";
import type { ExpectedAlert, FaultCase } from "./fault-cases";
import { primary, secondary, type Rehearsal } from "./rehearsal";

/**
 * What the rules of the test are rendered for: the lab's runners. Deployments and the failover have rehearsals of their
 * own.
 */
export const rehearsedSettings: MonitoringSettings = {
  environment: "lab",
  runners: [primary, secondary],
  targets: [],
  failover: false,
  runbookBaseUrl: "https://198.51.100.2/octo-org/demo-app/blob/HEAD/docs/runbooks",
  dashboardBaseUrl: "http://198.51.100.200:3000",
};

/**
 * True of the machine that the test runs on, whatever is broken: a guest's memory figures are those of its host. Its
 * processor time is its own (lab/machines/scripts/processor-time.sh), so an alert about it counts like any other.
 */
export function isBackground(labels: Readonly<Record<string, string>>): boolean {
  const { alertname = "", reason = "" } = labels;
  if (alertname === "Watchdog") return true;
  return alertname === "RunnerDegraded" && reason === "memory";
}

const matches = (told: ReceivedNotification, { name, labels }: ExpectedAlert): boolean =>
  told.name === name && Object.entries(labels).every(([key, value]) => told.labels[key] === value);

/** What became of one fault. */
export interface RehearsedAlert {
  readonly fault: FaultCase;
  readonly told: ReceivedNotification;
  /** From the fault to the receiver, with waits divided, seconds. */
  readonly seconds: number;
}

/**
 * Sets the faults of one round, waits for their alerts, ends them and waits until on-call is notified that they are
 * resolved.
 */
export async function rehearse(
  rehearsal: Rehearsal,
  monitoring: FastMonitoring,
  faults: readonly FaultCase[],
): Promise<{ outcomes: RehearsedAlert[]; wrong: ReceivedNotification[] }> {
  await monitoring.quiet(isBackground);
  const before = (await monitoring.told()).length;
  const news = async (): Promise<ReceivedNotification[]> => (await monitoring.told()).slice(before);
  const begun = Date.now();
  let outcomes: RehearsedAlert[];
  try {
    // All of them first, so that none is still being set when the others are ended.
    const begins = await Promise.allSettled(faults.map((fault) => fault.begin(rehearsal)));
    for (const begin of begins) if (begin.status === "rejected") throw begin.reason;
    outcomes = await Promise.all(
      faults.map(async (fault) => {
        const told = await until(`on-call hears of ${fault.title}: ${fault.alert.name}`, 90_000, async () =>
          (await news()).find((entry) => entry.status === "firing" && matches(entry, fault.alert)),
        );
        return { fault, told, seconds: (told.at - begun) / 1000 };
      }),
    );
  } finally {
    await Promise.all(faults.map((fault) => fault.end(rehearsal)));
  }
  await Promise.all(
    faults.map((fault) =>
      until(`on-call hears that ${fault.title} is over`, 90_000, async () =>
        (await news()).some((entry) => entry.status === "resolved" && matches(entry, fault.alert)),
      ),
    ),
  );
  const expected = (entry: ReceivedNotification): boolean =>
    faults.some(({ alert, companions }) => alert.name === entry.name || (companions ?? []).includes(entry.name));
  const wrong = (await news()).filter(
    (entry) => entry.status === "firing" && !isBackground(entry.labels) && !expected(entry),
  );
  return { outcomes, wrong };
}
