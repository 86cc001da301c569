import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** What every line of a host carries. */
export interface LogOrigin {
  /** Name of the runner and its host. */
  readonly host: string;
  readonly environment: string;
  readonly role: string;
  /** Unit of the runner; its `_diag` files carry it too. */
  readonly unit: string;
}

/** Grafana Alloy sends to Loki. */
export interface AlloyShipper {
  readonly kind: "alloy";
  /** Release archive (.zip) with the program in it, pinned. */
  readonly archive: { readonly url: string; readonly sha256: string };
  /** Loki's push endpoint, such as `http://192.168.0.200:3100/loki/api/v1/push`. */
  readonly lokiUrl: string;
}

/** Debian's systemd-journal-upload sends to systemd-journal-remote. */
export interface JournalUploadShipper {
  readonly kind: "journal-upload";
  /** Address of the monitoring host. */
  readonly receiver: string;
  /** The receiver's certificate, PEM: nothing is sent to anybody else. */
  readonly certificate: pulumi.Input<string>;
}

export type LogShipper = AlloyShipper | JournalUploadShipper;

export interface HostLogsArgs {
  /** Connection of the host; holds the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The machine's MAC address. */
  readonly incarnation: pulumi.Input<string>;
  readonly origin: LogOrigin;
  readonly shipper: LogShipper;
}

export interface HostLogsOptions extends pulumi.ComponentResourceOptions {
  /** The machine that takes everything with it when it is deleted. */
  readonly machine: pulumi.Resource;
}
