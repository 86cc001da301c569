import { stringify } from "yaml";
import { components, inhibitions, type Severity } from "./alerts";
import { ON_CALL_RECEIVER, PRODUCED, type RenderedFile } from "./settings";

/** Receiver of the alert that always fires; without its own configuration it sends no notification. */
export const WATCHDOG_RECEIVER = "watchdog";

/**
 * Where notifications go. Alertmanager posts JSON to them: prometheus.io/docs/alerting/latest/configuration,
 * webhook_config.
 */
export interface AlertReceivers {
  /** Webhook of on-call, e.g. `http://127.0.0.1:9094/notifications`. */
  readonly onCallUrl: string;
  /** Dead man's switch that expects Watchdog once a minute; default: none. */
  readonly watchdogUrl?: string;
}

/** How soon and how often on-call hears of a severity. */
const timing: Readonly<Record<Severity, Readonly<Record<string, string>>>> = {
  critical: { group_wait: "5s", group_interval: "1m", repeat_interval: "1h" },
  warning: { group_wait: "30s", group_interval: "5m", repeat_interval: "4h" },
  info: { group_wait: "1m", group_interval: "30m", repeat_interval: "24h" },
};

const equals = (label: string, value: string): string => `${label}="${value}"`;
const oneOf = (label: string, values: readonly string[]): string => `${label}=~"${values.join("|")}"`;

/** Routes, inhibitions and receivers as data; they do not depend on an environment, all of them share the route. */
export function alertRoute() {
  return {
    routes: [
      {
        receiver: WATCHDOG_RECEIVER,
        matchers: [equals("alertname", "Watchdog"), equals("component", "monitoring")],
        group_by: ["environment"],
        group_wait: "0s",
        group_interval: "1m",
        repeat_interval: "1m",
      },
      {
        receiver: ON_CALL_RECEIVER,
        matchers: [oneOf("component", components), oneOf("severity", Object.keys(timing))],
        group_by: ["environment", "alertname", "runner", "target"],
        routes: Object.entries(timing).map(([severity, times]) => ({
          receiver: ON_CALL_RECEIVER,
          matchers: [equals("severity", severity)],
          ...times,
        })),
      },
    ],
    inhibitions: inhibitions.map(({ source, muted, equal }) => ({
      source_matchers: [oneOf("alertname", source)],
      target_matchers: [oneOf("alertname", muted)],
      equal: [...equal],
    })),
  };
}

/**
 * The fragment to add to an Alertmanager configuration that the stack does not manage: routes, inhibitions, and
 * receivers by name.
 */
export function renderAlertRoute(): RenderedFile {
  const { routes, inhibitions: rules } = alertRoute();
  return {
    name: "ghrunners-alertmanager-fragment.yml",
    content:
      PRODUCED +
      stringify(
        {
          route: { routes },
          inhibit_rules: rules,
          receivers: [{ name: ON_CALL_RECEIVER }, { name: WATCHDOG_RECEIVER }],
        },
        { lineWidth: 0, aliasDuplicateObjects: false },
      ),
  };
}

/**
 * A whole Alertmanager configuration, for a file that the stack manages. Alerts that match no route also go to on-call.
 */
export function renderAlertmanagerConfig({ onCallUrl, watchdogUrl }: AlertReceivers): RenderedFile {
  const { routes, inhibitions: rules } = alertRoute();
  const webhook = (url: string) => ({ webhook_configs: [{ url, send_resolved: true }] });
  return {
    name: "alertmanager.yml",
    content:
      PRODUCED +
      stringify(
        {
          route: { receiver: ON_CALL_RECEIVER, group_by: ["alertname"], routes },
          inhibit_rules: rules,
          receivers: [
            { name: ON_CALL_RECEIVER, ...webhook(onCallUrl) },
            { name: WATCHDOG_RECEIVER, ...(watchdogUrl === undefined ? {} : webhook(watchdogUrl)) },
          ],
        },
        { lineWidth: 0, aliasDuplicateObjects: false },
      ),
  };
}
