/**
 * Finds out whether an address is used by a machine that Proxmox VE does not know, such as a physical machine or one of
 * another cluster.
 */
import net from "node:net";
import { ports } from "@ghrunners/core/vocabulary/ports";

const LIMIT_MS = 1_500;

/**
 * A connection that is accepted or refused shows a machine; no answer may be a free address or a packet filter.
 *
 * @param port TCP port to try
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
