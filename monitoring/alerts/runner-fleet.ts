import type { AlertGroup } from "./alert";
import { githubAlerts } from "./fleet/github";
import { monitoringAlerts } from "./fleet/monitoring";
import { queueAlerts } from "./fleet/queue";
import { runnerAlerts } from "./fleet/runners";

export const runnerFleet: AlertGroup = {
  name: "runner_fleet",
  alerts: [...runnerAlerts, ...queueAlerts, ...githubAlerts, ...monitoringAlerts],
};
