/**
 * Connections of the runner's user to GitHub, by the kernel's own account (ss). Pure.
 */
import type { ConnectionFacts } from "./facts";

/**
 * The kernel tells everybody how long ago a connection received its last bytes. That is the evidence that GitHub still
 * talks to the listener: a connection that is merely open may be dead. While a job runs, its own connections to the same
 * port belong to the same user and count too.
 *
 * @param text output of `ss --no-header --oneline --tcp --numeric --extended --info state established dport = :PORT`
 * @param now seconds since 1970
 */
export function parseConnections(text: string, uid: number, now: number): ConnectionFacts {
  const own = text.split("\n").filter((line) => {
    // ss leaves the owner out when it is root.
    const owner = Number(/\buid:(\d+)/.exec(line)?.[1] ?? 0);
    return line.includes("ino:") && owner === uid;
  });
  const received = own.flatMap((line) => {
    const bytes = Number(/\bbytes_received:(\d+)/.exec(line)?.[1] ?? 0);
    // ss leaves a value of 0 ms out.
    return bytes === 0 ? [] : [now - Number(/\blastrcv:(\d+)/.exec(line)?.[1] ?? 0) / 1000];
  });
  return { established: own.length, lastReceived: received.length === 0 ? undefined : Math.max(...received) };
}
