import { worker } from "../inside";
import type { MonitoringUrls } from "../monitoring/address";
import { lookAtMonitoring, type MonitoringView } from "../monitoring/look";
import { readNotifications, type Notification } from "../monitoring/notifications";

export interface AlertsInput {
  readonly urls: MonitoringUrls;
  readonly environment: string;
  /** Where notifications are recorded: the laboratory's receiver; null elsewhere. */
  readonly notificationsUrl: string | null;
  /** Number of the last notification that is known already. */
  readonly since: number;
}

/** What is known of the alerts of one environment at one moment. */
export interface AlertsView extends MonitoringView {
  readonly notifications: readonly Notification[] | null;
}

worker(async ({ urls, environment, notificationsUrl, since }: AlertsInput): Promise<AlertsView> => {
  const [view, notifications] = await Promise.all([
    lookAtMonitoring(urls, environment),
    notificationsUrl === null ? null : readNotifications(notificationsUrl, since),
  ]);
  return { ...view, notifications };
});
