import type { DashboardUid } from "../dashboard-uids";
import type { AlertName } from "../runbooks";

/** How a panel is drawn: values over time, one big number, states over time, rows, or bars by label. */
export type PanelKind = "timeseries" | "stat" | "stateTimeline" | "table" | "barGauge";

/** Unit of a panel's values. `timestamp` is Unix seconds. */
export type PanelUnit = "count" | "ratio" | "seconds" | "bytes" | "state" | "timestamp";

/** What a state's number means. */
export interface StateText {
  readonly value: number;
  readonly text: string;
  readonly tone: "good" | "bad" | "neutral";
}

export interface Query {
  /** PromQL for one environment; dashboards give the variable `$environment`. */
  readonly expr: (environment: string) => string;
  /** Name of a series with `{{label}}` in it. In a table the labels in it are the columns. */
  readonly legend: string;
}

/** The threshold from which a value is bad; defined in `thresholds`, like the alert's. */
export interface PanelThreshold {
  readonly value: number;
  readonly worse: "above" | "below";
  readonly tone: "warning" | "critical";
  /** The alert that fires there, if one does. */
  readonly alert?: AlertName;
}

export interface Panel {
  readonly title: string;
  readonly kind: PanelKind;
  readonly unit: PanelUnit;
  /** What this shows. */
  readonly shows: string;
  readonly normal: string;
  readonly worry: string;
  readonly queries: readonly Query[];
  readonly thresholds?: readonly PanelThreshold[];
  readonly states?: readonly StateText[];
  /** The event that produces data; before it the panel is correctly empty. */
  readonly event: string;
  /** Width in Grafana's 24 columns. */
  readonly width: number;
}

export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: DashboardUid;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly DashboardRow[];
}
