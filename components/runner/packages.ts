/**
 * Packages that a runner's host needs besides those of a Debian or Ubuntu cloud image; `libicu` stands for that of its
 * release. Source of what the runner itself needs: actions/runner, bin/installdependencies.sh. libssl and zlib come
 * with curl.
 *
 * @param logs how its logs are shipped; undefined: they stay on the host
 */
export function runnerPackages(logs: "alloy" | "journal-upload" | undefined): string[] {
  return [
    ...["libicu", "libkrb5-3", "curl", "ca-certificates"],
    ...["nodejs", "prometheus-node-exporter", "qemu-guest-agent"],
    ...(logs === undefined ? [] : ["python3"]),
    ...(logs === "journal-upload" ? ["systemd-journal-remote"] : []),
  ];
}
