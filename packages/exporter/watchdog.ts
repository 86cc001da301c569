/**
 * systemd's watchdog: a service that stands still is killed and started again. Node has no datagram sockets of files, so
 * systemd's own program says that the service lives.
 */
import { execFile } from "node:child_process";

/** How often to say so, ms: three times in the unit's WatchdogSec; undefined where nobody waits for it. */
export function watchdogPause(env: NodeJS.ProcessEnv): number | undefined {
  const limit = Number(env.WATCHDOG_USEC) / 1000;
  const isOurs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  return env.NOTIFY_SOCKET !== undefined && isOurs && limit > 0 ? limit / 3 : undefined;
}

/**
 * Says to systemd that the service lives, as long as it does.
 * @param isAlive whether work still gets done; a process that merely runs is not enough
 * @param say one line to the journal
 * @returns ends it
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
