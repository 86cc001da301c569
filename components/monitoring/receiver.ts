import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { JOURNAL_REMOTE_PORT, SENDER_MEBIBYTES } from "@ghrunners/core/vocabulary/logs";
import { forms, isPlain, problemsOf, refuseArguments, wholeNumber } from "../arguments";
import { orEmpty } from "../resources/or-empty";
import { connectionTo, type HostArgs, readScript, renderScript, rootCommand } from "../scripts/connection";
import { installPackages } from "../scripts/packages";

/** Arguments of {@link LogReceiver}. It needs no provider of its own. */
export interface LogReceiverArgs {
  /**
   * The receiving host, and how to reach it. Runners send to its address, for which the certificate is valid.
   * @example { host: "192.168.0.200", user: "operator", hostKey: "ecdsa-sha2-nistp256 AAAA..." }
   */
  readonly host: HostArgs;
  /**
   * OpenSSH private key with which the program logs in as the host's user; kept as a secret.
   * @example config.requireSecret("sshPrivateKey")
   */
  readonly sshPrivateKey: pulumi.Input<string>;
  /**
   * Environment of the senders. Several environments can share one receiver, each with its own list.
   * @example "production"
   */
  readonly environment: pulumi.Input<string>;
  /**
   * IPv4 addresses that may send.
   * @example ["192.168.0.51", "192.168.0.52"]
   */
  readonly senders: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Uploaded journals are deleted after this number of days without a new entry.
   * @default 30
   */
  readonly retentionDays?: pulumi.Input<number>;
}

/**
 * Receives the runners' journals: Debian's systemd-journal-remote on the monitoring host. Its key is created there and
 * stays there. Debian builds it without a check of client certificates, so senders are identified by their addresses.
 */
export class LogReceiver extends pulumi.ComponentResource {
  /** The receiver's certificate, PEM, which senders trust. */
  readonly certificate: pulumi.Output<string>;

  constructor(name: string, args: LogReceiverArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { host, environment, senders, retentionDays = 30 } = args;
    super("ghrunners:logs:LogReceiver", name, { address: host.host, environment, senders, retentionDays }, opts);
    refuseArguments(this, name, argumentProblems(args));
    const install = rootCommand("install");
    const connection = connectionTo(host, args.sshPrivateKey);
    const packages = installPackages(
      `${name}-packages`,
      { connection, incarnation: host.hostKey, packages: ["systemd-journal-remote", "openssl"], keepsStill: false },
      { parent: this },
    );
    const receiver = new command.remote.Command(
      name,
      {
        connection,
        create: install,
        update: install,
        delete: rootCommand("remove"),
        stdin: pulumi.output({ environment, address: host.host, senders, retentionDays }).apply((known) =>
          renderScript(readScript("receiver.sh"), {
            ENVIRONMENT: known.environment,
            ADDRESS: known.address,
            PORT: String(JOURNAL_REMOTE_PORT),
            SENDERS: known.senders.join(" "),
            RETENTION_DAYS: String(known.retentionDays),
            SENDER_MEBIBYTES: String(SENDER_MEBIBYTES),
          }),
        ),
        addPreviousOutputInEnv: false,
        // Do not show the certificate as progress.
        logging: "stderr",
      },
      { parent: this, dependsOn: packages, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
    this.certificate = orEmpty(receiver.stdout);
    this.registerOutputs({ certificate: this.certificate });
  }
}

function argumentProblems({ host, sshPrivateKey, environment, senders, retentionDays }: LogReceiverArgs) {
  return [
    ...problemsOf({
      "host.host": [host.host, forms.address],
      "host.user": [host.user, forms.filled],
      "host.hostKey": [host.hostKey, forms.hostKey],
      sshPrivateKey: [sshPrivateKey, forms.filled],
      environment: [environment, forms.name],
      "retentionDays?": [retentionDays, wholeNumber(1, 365)],
    }),
    ...(isPlain(senders)
      ? senders.flatMap((sender, index) => problemsOf({ [`senders[${index}]`]: [sender, forms.address] }))
      : []),
  ];
}
