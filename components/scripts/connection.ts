/**
 * SSH connections for resources built on @pulumi/command. Dynamic resources use packages/core/ssh/session.ts instead,
 * which the program itself never loads.
 */
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

export type { HostAddress } from "@ghrunners/core/ssh/address";
export { renderScript } from "@ghrunners/core/ssh/render-script";
export { rootCommand } from "@ghrunners/core/ssh/script";
export { monitoringScript, readScript } from "./read-script";

/** How to reach a host by SSH. */
export interface HostArgs {
  /**
   * IPv4 address.
   * @example "192.168.0.200"
   */
  readonly host: pulumi.Input<string>;
  /**
   * User with password-less sudo.
   * @example "operator"
   */
  readonly user: pulumi.Input<string>;
  /**
   * Public host key, pinned; an ECDSA key if the host has one. `ssh-keyscan -t ecdsa ADDRESS` prints it.
   * @example "ecdsa-sha2-nistp256 AAAA..."
   */
  readonly hostKey: pulumi.Input<string>;
}

/** The connection of a remote.Command: pinned host key, bounded dialling. */
export function connectionTo(
  address: pulumi.Input<HostArgs>,
  privateKey: pulumi.Input<string>,
): pulumi.Output<command.types.input.remote.ConnectionArgs> {
  return pulumi.output(address).apply(({ host, user, hostKey }) => ({
    host,
    user,
    hostKey,
    privateKey: pulumi.secret(privateKey),
    dialErrorLimit: 20,
    perDialTimeout: 10,
  }));
}
