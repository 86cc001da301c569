/**
 * Which runners are out of service, until when and why: content of the repository variable RUNNER_MAINTENANCE. Pure.
 */
import * as z from "zod";
import { type EntriesSeen, lastOf, oneLine, timedEntries, timedFields } from "./timed-entries";

/** Repository variable that `ghrunners maintenance` writes, and the failover switch and the gate read. */
export const MAINTENANCE_VARIABLE = "RUNNER_MAINTENANCE";

const entry = z.object({
  /** Name of the runner at GitHub. */
  name: oneLine,
  until: timedFields.until,
  reason: oneLine,
  by: timedFields.by,
});

/** One runner in maintenance. */
export type Maintenance = z.output<typeof entry>;

/** What is currently known about maintenance. */
export type MaintenanceSeen = EntriesSeen<Maintenance>;

/** The runners in maintenance, as their variable keeps them. */
export const maintenances = timedEntries(
  {
    variable: MAINTENANCE_VARIABLE,
    schema: "ghrunners.maintenance/1",
    key: "runners",
    repair: "ghrunners maintenance end --all",
  },
  entry,
);

/** The maintenance of one runner that ends last; undefined if it is in none. */
export const maintenanceOf = (runners: readonly Maintenance[], name: string): Maintenance | undefined =>
  lastOf(runners, (each) => each.name, name);
