import type { Dashboard } from "./dashboard";
import { deploymentPipelineDashboard } from "./deploymentPipeline";
import { overviewDashboard } from "./overview";
import { runnerHealthDashboard } from "./runnerHealth";

export type { Dashboard, Panel, PanelKind, PanelThreshold, PanelUnit, Query, Row, StateText } from "./dashboard";
export { panelText } from "./text";

export const dashboards: readonly Dashboard[] = [overviewDashboard, runnerHealthDashboard, deploymentPipelineDashboard];
