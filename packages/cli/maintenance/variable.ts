import {
  MAINTENANCE_VARIABLE,
  maintenanceText,
  parseMaintenance,
  type Maintenance,
} from "@ghrunners/failover/choice/maintenance";
import type { SharedList } from "../shared-variable";

/** The runners in maintenance, as RUNNER_MAINTENANCE keeps them. */
export const maintenances: SharedList<Maintenance> = {
  name: MAINTENANCE_VARIABLE,
  read: (text, now) => {
    const seen = parseMaintenance(text, now);
    return seen.known ? { entries: seen.runners } : { problem: seen.problem };
  },
  text: maintenanceText,
  repair: "ghrunners maintenance end --all",
};
