import * as pulumi from "@pulumi/pulumi";
import { LogReceiver, type LogShipper } from "@ghrunners/components";
import { lokiUrlOf } from "@ghrunners/components/runner/plan-shipping";
import { machinesOf } from "../machines";
import type { Settings } from "../parse";

/**
 * How this stack's runners ship their logs; undefined if logs stay on the host. Creates the receiver if the stack has
 * one.
 */
export function logShipper(settings: Settings, opts: pulumi.ComponentResourceOptions): LogShipper | undefined {
  const { monitoring, environment } = settings;
  if (monitoring === undefined || settings.hosts !== "manage" || monitoring.logs.kind === "none") return undefined;
  const { host, user, hostKey, logs } = monitoring;
  if (logs.kind === "alloy") return { kind: "alloy", archive: logs.alloy, lokiUrl: lokiUrlOf(logs, host) };
  const receiver = new LogReceiver(
    "log-receiver",
    {
      host: { host, user, hostKey },
      sshPrivateKey: pulumi.secret(settings.sshPrivateKey),
      environment,
      senders: machinesOf(settings).map(({ address }) => address),
      retentionDays: logs.retentionDays,
    },
    opts,
  );
  return { kind: "journal-upload", receiver: host, certificate: receiver.certificate };
}
