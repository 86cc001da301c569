import { setTimeout as delay } from "node:timers/promises";
import type { Instance } from "../instance";
import type { HostName } from "./hosts";
import { runOnHost } from "./shell";

const LIMIT_MS = 60_000;
const RETRY_MS = 300;

/**
 * Waits until a host that was just booted lets somebody log in.
 * @throws Error after a minute, with what the host says
 */
export async function untilHostAnswers(instance: Instance, host: HostName): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { code, output } = await runOnHost(instance, host, "systemctl is-active ssh");
    if (code === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `The lab's host ${host} does not start its SSH server: ${output.trim()}. Next: npm run lab -- host remove ${host}, then the same command.`,
      );
    }
    await delay(RETRY_MS);
  }
}
