import type { AlertGroup } from "./alert";
import { githubAlerts } from "./fleet/github";
import { monitoringAlerts } from "./fleet/monitoring";
import { queueAlerts } from "./fleet/queue";
import { runnerAlerts } from "./fleet/runners";
import { updateAlerts } from "./fleet/updates";

export const runnerFleet: AlertGroup = {
  name: "runner_fleet",
  alerts: [...runnerAlerts, ...updateAlerts, ...queueAlerts, ...githubAlerts, ...monitoringAlerts],
};
