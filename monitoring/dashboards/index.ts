import type { Dashboard } from "./dashboard";
import { deploymentPipelineDashboard } from "./deployment-pipeline";
import { overviewDashboard } from "./overview";
import { runnerHealthDashboard } from "./runner-health";

export type {
  Dashboard,
  Panel,
  PanelKind,
  PanelThreshold,
  PanelUnit,
  Query,
  DashboardRow as Row,
  StateText,
} from "./dashboard";
export { panelText } from "./text";

export const dashboards: readonly Dashboard[] = [overviewDashboard, runnerHealthDashboard, deploymentPipelineDashboard];
