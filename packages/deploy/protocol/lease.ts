/**
 * The deployer's lease on a target. It is measured by the target's own clock since boot, so that no wall clock on
 * either side can lengthen or shorten it. After a reboot every lease has expired, because the clock was reset.
 */
export interface Lease {
  readonly token: number;
  /** Identity of the boot to which the times belong. Source: /proc/sys/kernel/random/boot_id. */
  readonly boot: string;
  /** Milliseconds since boot, suspend included, at which it ends. */
  readonly untilMs: number;
  /** Milliseconds since boot after which it cannot be renewed: the limit of the whole deployment. */
  readonly lastMs: number;
}

/** A moment on a target's clock since boot. */
export interface Moment {
  readonly boot: string;
  readonly ms: number;
}

export function grant(token: number, now: Moment, leaseMs: number, totalMs: number): Lease {
  return { token, boot: now.boot, untilMs: now.ms + Math.min(leaseMs, totalMs), lastMs: now.ms + totalMs };
}

export function leaseState(lease: Lease | undefined, token: number, now: Moment): "held" | "expired" {
  const held = lease !== undefined && lease.token === token && lease.boot === now.boot && now.ms < lease.untilMs;
  return held ? "held" : "expired";
}

/**
 * @returns the extended lease, or undefined if it belongs to another transaction or has expired: an expired lease
 * cannot be renewed.
 */
export function renew(lease: Lease | undefined, token: number, now: Moment, leaseMs: number): Lease | undefined {
  if (lease === undefined || leaseState(lease, token, now) === "expired") return undefined;
  return { ...lease, untilMs: Math.min(now.ms + leaseMs, lease.lastMs) };
}
