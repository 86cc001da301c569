import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ExporterConfig, ExporterKind } from "@ghrunners/exporter/install";
import type { HostAddress } from "@ghrunners/core/ssh/address";

export interface HostTelemetryArgs {
  /** Connection of the host; holds the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The same host for the steps that hold the key themselves. */
  readonly host: pulumi.Input<HostAddress>;
  /** The machine's MAC address. */
  readonly incarnation: pulumi.Input<string>;
  /** systemd unit of the runner. */
  readonly unit: string;
  /** https://github.com, or a GitHub Enterprise Server. */
  readonly githubUrl: string;
}

export interface HostTelemetryOptions extends pulumi.ComponentResourceOptions {
  /** The machine that takes everything with it when it is deleted. */
  readonly machine: pulumi.Resource;
}

/** What an exporter on a host is made from. */
export interface InstalledExporterArgs {
  readonly kind: ExporterKind;
  readonly host: pulumi.Input<HostAddress>;
  /** MAC address of the machine, or any text that changes when the machine is another one. */
  readonly incarnation: pulumi.Input<string>;
  readonly config: pulumi.Input<ExporterConfig>;
  /**
   * Beginning of the SHA-256 of the token, so that another token is an update. The token itself is the stack's
   * ghrunners:exporterToken for the fleet view, ghrunners:failoverToken for the failover switch.
   */
  readonly tokenFingerprint?: pulumi.Input<string>;
}

/** The same, resolved, as the provider gets and keeps it. */
export interface ExporterInputs {
  readonly kind: ExporterKind;
  readonly host: HostAddress;
  readonly incarnation: string;
  readonly config: ExporterConfig;
  readonly tokenFingerprint: string | undefined;
  /** SHA-256 of the bundle. */
  readonly bundle: string;
  /** SHA-256 of the systemd unit's text. */
  readonly unit: string;
  /** `active`; anything else was seen by a refresh and is drift. */
  readonly state: string;
}
