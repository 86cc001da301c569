/**
 * Connections of the runner's user to GitHub, as reported by the kernel (ss). Pure.
 */
import type { ConnectionFacts } from "./facts";

/**
 * Every user can see in the kernel how long ago a connection received its last bytes. That is the evidence that GitHub
 * still talks to the listener: a connection that is only open may be dead. While a job runs, its own connections to the
 * same port belong to the same user and count too.
 *
 * @param text output of `ss --no-header --oneline --tcp --numeric --extended --info state established dport = :PORT`
 * @param now seconds since 1970
 */
export function parseConnections(text: string, uid: number, now: number): ConnectionFacts {
  const own = text.split("\n").filter((line) => {
    // ss omits the owner if it is root.
    const owner = Number(/\buid:(\d+)/.exec(line)?.[1] ?? 0);
    return line.includes("ino:") && owner === uid;
  });
  const received = own.flatMap((line) => {
    const bytes = Number(/\bbytes_received:(\d+)/.exec(line)?.[1] ?? 0);
    // ss omits a value of 0 ms.
    return bytes === 0 ? [] : [now - Number(/\blastrcv:(\d+)/.exec(line)?.[1] ?? 0) / 1000];
  });
  return { established: own.length, lastReceived: received.length === 0 ? undefined : Math.max(...received) };
}
