import * as pulumi from "@pulumi/pulumi";
import type { LogShipper } from "@ghrunners/components/runner/logs";
import { lokiUrlOf } from "@ghrunners/components/runner/plan-shipping";
import { connectionTo } from "@ghrunners/components/scripts/connection";
import { LogReceiver } from "@ghrunners/components/monitoring/receiver";
import type { Settings } from "../parse";

/** How this stack's runners ship their logs; undefined where they keep them. Makes the receiver where it is ours. */
export function logShipper(settings: Settings, opts: pulumi.ComponentResourceOptions): LogShipper | undefined {
  const { monitoring, environment, runners } = settings;
  if (monitoring === undefined || settings.hosts !== "manage" || monitoring.logs.kind === "none") return undefined;
  const { host, user, hostKey, logs } = monitoring;
  if (logs.kind === "alloy") return { kind: "alloy", archive: logs.alloy, lokiUrl: lokiUrlOf(logs, host) };
  const receiver = new LogReceiver(
    "log-receiver",
    {
      connection: connectionTo({ host, user, hostKey }, pulumi.secret(settings.sshPrivateKey)),
      environment,
      address: host,
      senders: runners.map(({ address }) => address),
      retentionDays: logs.retentionDays,
    },
    opts,
  );
  return { kind: "journal-upload", receiver: host, certificate: receiver.certificate };
}
