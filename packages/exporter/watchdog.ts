/**
 * systemd's watchdog: a service that hangs is killed and started again. Node has no Unix datagram sockets, so systemd's
 * own program sends the keep-alive messages.
 */
import { execFile } from "node:child_process";

/** Interval of keep-alive messages, ms: a third of the unit's WatchdogSec; undefined if the unit has no watchdog. */
export function watchdogPause(env: NodeJS.ProcessEnv): number | undefined {
  const limit = Number(env.WATCHDOG_USEC) / 1000;
  const isOurs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  return env.NOTIFY_SOCKET !== undefined && isOurs && limit > 0 ? limit / 3 : undefined;
}

/**
 * Sends keep-alive messages to systemd while the service works.
 * @param isAlive whether work still gets done; a process that only runs is not enough
 * @param say writes one line to the journal
 * @returns a function that stops the messages
 */
export function keepAlive(isAlive: () => boolean, say: (line: string) => void, env = process.env): () => void {
  const pause = watchdogPause(env);
  if (pause === undefined) return () => undefined;
  let isOver = false;
  const timer = setInterval(() => {
    if (!isAlive()) return;
    execFile("systemd-notify", ["WATCHDOG=1"], { timeout: pause }, (error) => {
      if (error !== null && !isOver) say(`systemd-notify: ${error.message.trim()}`);
    });
  }, pause);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
