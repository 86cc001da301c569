import type { AlertGroup } from "./alert";
import { deploymentSafeguards } from "./deployment-safeguards";
import { runnerFleet } from "./runner-fleet";
import { runnerHealth } from "./runner-health";

export {
  components,
  type Alert,
  type AlertGroup,
  type AlertScope,
  type Component,
  type AlertSeverity as Severity,
} from "./alert";
export { inhibitions, type Inhibition } from "./inhibitions";

/** Every alerting rule, in the order of the files. */
export const alertGroups: readonly AlertGroup[] = [runnerHealth, runnerFleet, deploymentSafeguards];
