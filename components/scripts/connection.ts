/**
 * Work on hosts for resources built on @pulumi/command. The SSH session of the dynamic providers stands in session.ts,
 * which the program itself never loads.
 */
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostAddress } from "@ghrunners/core/ssh/address";

export type { HostAddress } from "@ghrunners/core/ssh/address";
export { renderScript } from "@ghrunners/core/ssh/render-script";
export { rootCommand } from "@ghrunners/core/ssh/script";
export { readScript } from "./read-script";

/** The connection of a remote.Command: pinned host key, bounded dialling. */
export function connectionTo(
  address: pulumi.Input<HostAddress>,
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
