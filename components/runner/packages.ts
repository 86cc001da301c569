import { DELIVERY_ROLE, type MachineRole } from "@ghrunners/core/vocabulary/runner";

/**
 * Packages that a runner's host needs besides those of a Debian or Ubuntu cloud image; `libicu` stands for that of its
 * release. Source of what the runner itself needs: actions/runner, bin/installdependencies.sh. libssl and zlib come
 * with curl.
 *
 * @param logs how its logs are shipped; undefined: they stay on the host
 * @param role a delivery runner also gets what the steps of the delivery workflows use
 */
export function runnerPackages(logs: "alloy" | "journal-upload" | undefined, role?: MachineRole): string[] {
  return [
    ...["libicu", "libkrb5-3", "curl", "ca-certificates"],
    ...["nodejs", "prometheus-node-exporter", "qemu-guest-agent"],
    ...(logs === undefined ? [] : ["python3"]),
    ...(logs === "journal-upload" ? ["systemd-journal-remote"] : []),
    ...(role === DELIVERY_ROLE ? ["git", "jq", "npm", "openssh-client"] : []),
  ];
}
