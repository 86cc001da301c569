import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { JOURNAL_REMOTE_PORT } from "@ghrunners/core/vocabulary/logs";
import { orEmpty } from "../resources/or-empty";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import type { LogReceiverArgs } from "./receiver-args";

export type { LogReceiverArgs } from "./receiver-args";

/**
 * Where runners' journals arrive: Debian's systemd-journal-remote on the monitoring host. Its key is made there and stays
 * there. Debian builds it without a check of client certificates, so senders are known by their addresses.
 */
export class LogReceiver extends pulumi.ComponentResource {
  /** The receiver's certificate, PEM: what senders trust. */
  readonly certificate: pulumi.Output<string>;

  constructor(name: string, args: LogReceiverArgs, opts: pulumi.ComponentResourceOptions) {
    const { environment, address, senders, retentionDays } = args;
    super("ghrunners:logs:LogReceiver", name, { environment, address, senders, retentionDays }, opts);
    const install = rootCommand("install");
    const receiver = new command.remote.Command(
      `${name}-install`,
      {
        connection: args.connection,
        create: install,
        update: install,
        delete: rootCommand("remove"),
        stdin: renderScript(readScript("receiver.sh"), {
          ENVIRONMENT: environment,
          ADDRESS: address,
          PORT: String(JOURNAL_REMOTE_PORT),
          SENDERS: senders.join(" "),
          RETENTION_DAYS: String(retentionDays),
        }),
        addPreviousOutputInEnv: false,
        // The certificate is no news.
        logging: "stderr",
      },
      { parent: this, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
    this.certificate = orEmpty(receiver.stdout);
    this.registerOutputs({ certificate: this.certificate });
  }
}
