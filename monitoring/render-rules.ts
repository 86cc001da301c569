import { stringify } from "yaml";
import { type Alert, type AlertGroup, alertGroups } from "./alerts";
import { RECORDING_GROUP, recordings } from "./recordings";
import { runbookUrl } from "./runbooks";
import { type MonitoringSettings, PRODUCED, type RenderedRules } from "./settings";

/** An alerting rule as Prometheus reads it. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A recording rule as Prometheus reads it. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** A rule group as Prometheus reads it. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (AlertingRule | RecordingRule)[];
}

function renderAlert(alert: Alert, settings: MonitoringSettings): AlertingRule[] {
  const expressions = alert.expr(settings);
  if (expressions.length === 0) return [];
  const dashboard = `${settings.dashboardBaseUrl}/d/${alert.dashboard}?var-environment=${encodeURIComponent(settings.environment)}`;
  return [
    {
      alert: alert.name,
      expr: expressions.join(" or "),
      ...(alert.for === undefined ? {} : { for: alert.for }),
      labels: {
        severity: alert.severity,
        component: alert.component,
        environment: settings.environment,
        ...(alert.role === undefined ? {} : { role: alert.role }),
        ...alert.labels,
      },
      annotations: {
        summary: alert.summary,
        description: alert.description,
        action: alert.action,
        runbook_url: runbookUrl(settings.runbookBaseUrl, alert.name),
        dashboard_url: dashboard,
      },
    },
  ];
}

/** The rules of one group of alerts, as data. */
export function ruleGroup(group: AlertGroup, settings: MonitoringSettings): RuleGroup {
  return { name: group.name, rules: group.alerts.flatMap((alert) => renderAlert(alert, settings)) };
}

/** The recording rules of the success criteria, as data. */
export function recordingGroup(settings: MonitoringSettings): RuleGroup {
  return {
    name: RECORDING_GROUP,
    rules: Object.values(recordings).map(({ name, expr }) => ({
      record: name,
      expr: expr(settings.environment),
    })),
  };
}

/**
 * The rule files of an environment, one for each group: `ghrunners-<environment>-<group>.yml`.
 * The same settings give the same bytes.
 */
export function renderRules(settings: MonitoringSettings): RenderedRules[] {
  const groups = [...alertGroups.map((group) => ruleGroup(group, settings)), recordingGroup(settings)];
  return groups.map((group) => ({
    name: `ghrunners-${settings.environment}-${group.name}.yml`,
    content: PRODUCED + stringify({ groups: [group] }, { lineWidth: 0 }),
    groups: { [group.name]: group.rules.length },
  }));
}
