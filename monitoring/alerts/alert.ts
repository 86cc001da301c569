import type { DashboardUid } from "../dashboard-uids";
import type { AlertName } from "../runbooks";
import type { MachineRole } from "@ghrunners/core/vocabulary/runner";

/** critical pages at once, warning needs attention within the hour, info once a day. */
export type AlertSeverity = "critical" | "warning" | "info";

/** What is affected; on-call is routed by it. */
export type Component = "runner" | "deployment" | "repository" | "monitoring";

export const components = ["runner", "deployment", "repository", "monitoring"] as const satisfies readonly Component[];

/** What rules need to know about an environment. */
export interface AlertScope {
  /** Value of the label `environment`. */
  readonly environment: string;
  readonly runners: readonly { readonly name: string; readonly role: MachineRole }[];
  /** Deployment targets; without one, the absent() variants for deployment metrics are omitted. */
  readonly targets: readonly { readonly name: string }[];
  /** Whether a failover switch chooses the runner of deployments; without one there are no rules about the choice. */
  readonly failover: boolean;
}

/** One alerting rule. Several rules may share a name if they differ in a label (severity, role, reason). */
export interface Alert {
  readonly name: AlertName;
  readonly severity: AlertSeverity;
  readonly component: Component;
  /**
   * Label `role`: for an alert whose series have none, or about one role only; "all" concerns every runner of the
   * environment.
   */
  readonly role?: MachineRole | "all";
  /** Further fixed labels, such as the reason. */
  readonly labels?: Readonly<Record<string, string>>;
  /** How long the expression must hold, as Prometheus writes it; default: no wait. */
  readonly for?: string;
  /** PromQL expressions, any of which is the alert; an empty list gives no rule. */
  readonly expr: (scope: AlertScope) => readonly string[];
  /**
   * One line, for the subject of a page. `$labels` in texts are those of the series: fixed labels are not among them.
   */
  readonly summary: string;
  /** What is seen, with the value. */
  readonly description: string;
  /** The first thing to do, in one sentence. */
  readonly action: string;
  readonly dashboard: DashboardUid;
}

/** Rules that are evaluated together and are in one file. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}
