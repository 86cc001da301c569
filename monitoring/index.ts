/**
 * The files that a monitoring host needs, as pure functions of the catalogue and an environment's settings.
 *
 *     renderTargets(settings)   the file_sd file
 *     renderRules(settings)     the rule files, one for each group
 *     renderAlertRoute()        what to add to an Alertmanager configuration that others maintain
 *     renderAlertmanagerConfig  a whole Alertmanager configuration, where the file is ours
 *     renderDashboards(settings) Grafana's dashboards; they have the environment as a variable, so stacks share them
 */
export { renderAlertmanagerConfig, renderAlertRoute, WATCHDOG_RECEIVER } from "./render-alert-route";
export type { AlertReceivers } from "./render-alert-route";
export { renderDashboards } from "./render-dashboards";
export type { DashboardSettings } from "./render-dashboards";
export { renderRules } from "./render-rules";
export { renderTargets, targetGroups } from "./render-targets";
export { ON_CALL_RECEIVER } from "./settings";
export type { MonitoringSettings, RenderedFile, RenderedRules } from "./settings";
