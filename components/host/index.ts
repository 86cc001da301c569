/**
 * Work on hosts for resources built on @pulumi/command. The SSH session of the dynamic providers stands in session.ts,
 * which the program itself never loads.
 */
import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostAddress } from "./args";

export type { HostAddress } from "./args";
export { renderScript } from "./renderScript";
export { readScript, rootCommand } from "./script";

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
