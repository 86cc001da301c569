import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

export interface LogReceiverArgs {
  /** Connection of the monitoring host; holds the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** Environment of this stack: several stacks may share one receiver, each with its own list of senders. */
  readonly environment: string;
  /** IPv4 address that runners send to; the receiver's certificate is valid for it. */
  readonly address: string;
  /** IPv4 addresses that may send. */
  readonly senders: readonly string[];
  /** Uploaded journals are deleted when nothing was written to them for as many days. */
  readonly retentionDays: number;
}
