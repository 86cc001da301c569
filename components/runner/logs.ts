import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LOG_NAMESPACE, logUnits } from "@ghrunners/core/vocabulary/logs";
import { readScript, renderScript, rootCommand } from "../scripts/connection";
import type { LogOrigin } from "./log-sources";
import { alloyUnit, renderAlloy } from "./render-alloy";
import {
  namespaceConfiguration,
  namespaceSocketDropIn,
  redactorUnit,
  renderRedactor,
  renderUploadDropIn,
} from "./render-journal-upload";

/** Grafana Alloy sends to Loki. */
export interface AlloyShipper {
  /**
   * Kind of shipper. Plain: part of the resource's name.
   * @example "alloy"
   */
  readonly kind: "alloy";
  /**
   * Release archive (.zip) of the program: its https URL and SHA-256.
   * @example { url: "https://github.com/grafana/alloy/releases/download/v1.18.1/alloy-linux-amd64.zip", sha256:
   * config.require("alloySha256") }
   */
  readonly archive: pulumi.Input<{ readonly url: pulumi.Input<string>; readonly sha256: pulumi.Input<string> }>;
  /**
   * Loki's push endpoint.
   * @example "http://192.168.0.200:3100/loki/api/v1/push"
   */
  readonly lokiUrl: pulumi.Input<string>;
}

/** Debian's systemd-journal-upload sends to systemd-journal-remote. */
export interface JournalUploadShipper {
  /**
   * Kind of shipper. Plain: part of the resource's name.
   * @example "journal-upload"
   */
  readonly kind: "journal-upload";
  /**
   * IPv4 address of the host with the `LogReceiver`.
   * @example "192.168.0.200"
   */
  readonly receiver: pulumi.Input<string>;
  /**
   * The receiver's certificate, PEM. Nothing is sent to any other receiver.
   * @example receiver.certificate
   */
  readonly certificate: pulumi.Input<string>;
}

/** How logs are sent from a runner's host. */
export type LogShipper = AlloyShipper | JournalUploadShipper;

/** Arguments of {@link HostLogs}. */
export interface HostLogsArgs {
  /** Connection of the host; contains the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The machine's MAC address. */
  readonly incarnation: pulumi.Input<string>;
  readonly origin: pulumi.Input<LogOrigin>;
  readonly shipper: LogShipper;
  /** The machine: when it is deleted, nothing on it has to be deleted separately. */
  readonly machine: pulumi.Resource;
}

/** Parameters of the shipper's script. */
function parameters(origin: LogOrigin, shipper: pulumi.Unwrap<LogShipper>): Record<string, string> {
  if (shipper.kind === "alloy") {
    return {
      UNIT: logUnits.alloy,
      ARCHIVE_URL: shipper.archive.url,
      ARCHIVE_SHA256: shipper.archive.sha256,
      ALLOY_CONFIGURATION: renderAlloy(origin, shipper),
      UNIT_FILE: alloyUnit,
    };
  }
  return {
    REDACTOR: readScript("redactor.py"),
    REDACTOR_CONFIG: renderRedactor(origin),
    UNIT_FILE: redactorUnit,
    NAMESPACE: LOG_NAMESPACE,
    NAMESPACE_CONFIG: namespaceConfiguration,
    SOCKET_DROP_IN: namespaceSocketDropIn,
    UPLOAD_DROP_IN: renderUploadDropIn(shipper.receiver),
    CERTIFICATE: shipper.certificate,
  };
}

/** The log shipper of a runner host: it sends the runner's journal and log files, with secrets redacted. */
export class HostLogs extends pulumi.ComponentResource {
  constructor(name: string, args: HostLogsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { incarnation, origin, shipper } = args;
    // The connection contains the private key, so it is left out of the component's recorded inputs.
    super("ghrunners:logs:HostLogs", name, { incarnation, kind: shipper.kind }, opts);
    const script = readScript(`${shipper.kind}.sh`);
    const install = rootCommand("install");
    // The kind is part of the name: a change of kind makes a new resource, and the old one's script removes the old
    // shipper.
    new command.remote.Command(
      `${name}-${shipper.kind}`,
      {
        connection: args.connection,
        create: install,
        update: install,
        delete: rootCommand("remove"),
        stdin: pulumi
          .all([incarnation, origin, shipper])
          .apply(([machine, from, to]) => renderScript(script, { MACHINE: machine, ...parameters(from, to) })),
        addPreviousOutputInEnv: false,
      },
      { parent: this, deletedWith: args.machine, customTimeouts: { create: "10m", update: "10m", delete: "5m" } },
    );
    this.registerOutputs({});
  }
}
