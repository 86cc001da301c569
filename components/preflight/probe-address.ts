/**
 * Whether somebody has an address already, whom Proxmox VE knows nothing of: a machine of its own, another cluster.
 */
import net from "node:net";
import { ports } from "@ghrunners/core/vocabulary/ports";

const LIMIT_MS = 1_500;

/**
 * A connection that is taken or refused comes from a machine; silence may be a free address or a filter.
 *
 * @param port where it is tried
 */
export function answers(address: string, port: number = ports.ssh, limitMs = LIMIT_MS): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(limitMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
  });
}
