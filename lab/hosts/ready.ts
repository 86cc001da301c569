import { until } from "@ghrunners/core/until";
import type { Instance } from "../instance";
import type { HostName } from "./hosts";
import { runOnHost } from "./shell";

const LIMIT_MS = 60_000;

/**
 * Waits until the SSH server of a host that was just booted runs. Before that, its address refuses connections.
 * @throws Error after a minute, with what the host says and the next command
 */
export async function untilHostAnswers(instance: Instance, host: HostName): Promise<void> {
  await until(`the lab's host ${host} runs its SSH server`, LIMIT_MS, async () => {
    const { code, output } = await runOnHost(instance, host, "systemctl is-active ssh");
    if (code === 0) return true;
    throw new Error(`${output.trim()}. Next: npm run lab -- host remove ${host}, then the same command.`);
  });
}
