/** A notification as Alertmanager's webhook sends it (prometheus.io/docs/alerting/latest/configuration, webhook_config). */
export interface Notification {
  /** Number in the receiver's record. */
  readonly seq: number;
  /** When it came, RFC 3339. */
  readonly at: string;
  readonly receiver: string;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
  }[];
}

/** What the laboratory's receiver has recorded after the notification `since`. */
export async function readNotifications(url: string, since: number): Promise<readonly Notification[]> {
  const response = await fetch(`${url}?since=${since}`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  return (await response.json()) as Notification[];
}
